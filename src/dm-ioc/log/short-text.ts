const MAX_CHARACTERS = 200;

/** A text that somebody else has made, of a length that a line of the log can bear. */
export function shortText(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text;
  // Not between the halves of a character.
  const end = text.slice(0, MAX_CHARACTERS).replace(/[\uD800-\uDBFF]$/u, '');
  return `${end}… (${text.length.toLocaleString('en')} characters)`;
}
