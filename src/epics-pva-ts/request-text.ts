/** A pvRequest with record options added; null when there is nothing to ask for. */
export function requestText(
  request: string | undefined,
  record: Readonly<Record<string, string | number | boolean | undefined>>,
): string | null {
  const options = Object.entries(record)
    .filter(([, option]) => option !== undefined)
    .map(([name, option]) => `${name}=${String(option)}`);
  const text = (request ?? '') + (options.length > 0 ? `record[${options.join(',')}]` : '');
  return text === '' ? null : text;
}
