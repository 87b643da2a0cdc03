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

/** The content of a `.sav` file in the form of synApps autosave: a line for each PV, and an end mark. */
export function formatSaveFile(values: SavedValues, version: string): string {
  const lines = [...values].map(([name, value]) => `${name} ${escapeText(value)}`);
  return [`# autosave dm-ioc ${version}\tAutomatically generated - DO NOT MODIFY`, ...lines, END, ''].join('\n');
}

/** What a `.sav` file holds; null when it has no end mark, so wasn't written whole. Lines that begin with # are comments. */
export function parseSaveFile(text: string): SavedValues | null {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.trim() === END) return values;
    if (line.startsWith('#') || line.trim() === '') continue;
    const at = line.indexOf(' ');
    if (at === -1) values.set(line, '');
    else values.set(line.slice(0, at), unescapeText(line.slice(at + 1)));
  }
  return null;
}
