/** Of a value. */
const MAX_CHARACTERS = 200;
/** Of a reason, which may repeat a part of the value. */
export const MAX_REASON_CHARACTERS = 2000;

/** A text that somebody else has made, of a length that a line of the log can bear. */
export function shortText(text: string, maxCharacters = MAX_CHARACTERS): string {
  if (text.length <= maxCharacters) return text;
  // Not between the halves of a character.
  const end = text.slice(0, maxCharacters).replace(/[\uD800-\uDBFF]$/u, '');
  return `${end}… (${text.length.toLocaleString('en')} characters)`;
}
