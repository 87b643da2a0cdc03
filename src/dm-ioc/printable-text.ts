const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function hex(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/**
 * What somebody else has said, for a terminal or a log: one line, and nothing that a terminal would obey.
 * @param kept control characters that stay
 */
export function printableText(text: string, kept = ''): string {
  return text.replaceAll(/\p{Cc}/gu, (character) =>
    kept.includes(character) ? character : (ESCAPES[character] ?? hex(character)),
  );
}
