/** A text for people that may repeat what a client sent: its beginning, and how long it is, when it has more than `most` characters. */
export function shortText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`;
}
