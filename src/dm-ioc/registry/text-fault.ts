/** What no name and no path of data has, but for a slip: they would break lines and tables, and nobody sees them. */
const CONTROL = /[\p{Cc}\u{2028}\u{2029}\u{FFFD}]/u;

const NAMES: Readonly<Record<string, string>> = {
  '\0': 'a NUL character',
  '\t': 'a tab',
  '\n': 'a line end',
  '\r': 'a carriage return',
  '\uFFFD': 'what is not UTF-8',
};

/** Why a text can be neither a name nor a path, as the rest of a sentence; undefined when it can. */
export function textFault(text: string): string | undefined {
  const found = CONTROL.exec(text);
  if (found === null) return undefined;
  const [character] = found;
  const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0').toUpperCase();
  const name = NAMES[character] ?? `the control character U+${code}`;
  return `must not contain ${name} (character ${found.index + 1}): put it without`;
}
