/** Field name (`PV.FIELD`; a bare PV is its VAL) -> value as text. */
export type SavedValues = ReadonlyMap<string, string>;

const END = '<END>';

function escapeText(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

function unescapeText(value: string): string {
  return value.replaceAll(/\\(?<code>[\\nr])/gu, (_match, code: string) =>
    code === 'n' ? '\n' : code === 'r' ? '\r' : '\\',
  );
}

/** A line for each value; empty without any. */
export function formatSaved(values: SavedValues): string {
  return [...values].map(([name, value]) => `${name} ${escapeText(value)}\n`).join('');
}

/** Name and value of a line. */
export function parseSaved(line: string): [string, string] {
  const at = line.indexOf(' ');
  return at === -1 ? [line, ''] : [line.slice(0, at), unescapeText(line.slice(at + 1))];
}

/**
 * The content of a `.sav` file in the form of synApps autosave: a line for each PV, and an end mark.
 * @param journal number of the first journal that is newer
 */
export function formatSaveFile(values: SavedValues, version: string, journal: number): string {
  const head = `# autosave dm-ioc ${version}\tAutomatically generated - DO NOT MODIFY\n# newer: journal ${journal}\n`;
  return `${head}${formatSaved(values)}${END}\n`;
}

/** What a `.sav` file holds, and the first journal that is newer; null when it has no end mark, so wasn't written whole. Lines that begin with # are comments. */
export function parseSaveFile(text: string): { readonly values: SavedValues; readonly journal: number } | null {
  const values = new Map<string, string>();
  const journal = Number(/^# newer: journal (?<number>\d+)$/mu.exec(text)?.groups?.['number'] ?? 0);
  for (const line of text.split('\n')) {
    if (line.trim() === END) return { values, journal };
    if (!line.startsWith('#') && line.trim() !== '') values.set(...parseSaved(line));
  }
  return null;
}
