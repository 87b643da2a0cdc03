const encoder = new TextEncoder();
const decoder = new TextDecoder();
const ELLIPSIS = '...';

/**
 * Text as a record can hold it: cut at a character's border so that it fits in `maxBytes` UTF-8 bytes, with dots where something was lost.
 * @param keep which end survives
 */
export function fitText(text: string, maxBytes: number, keep: 'head' | 'tail'): string {
  const clean = text.replaceAll('\0', '');
  const bytes = encoder.encode(clean);
  if (bytes.length <= maxBytes) return clean;
  const room = Math.max(0, maxBytes - ELLIPSIS.length);
  const isContinuation = (at: number): boolean => ((bytes[at] ?? 0) & 0xc0) === 0x80;
  if (keep === 'head') {
    let end = room;
    while (end > 0 && isContinuation(end)) end -= 1;
    return `${decoder.decode(bytes.subarray(0, end))}${ELLIPSIS}`;
  }
  let begin = bytes.length - room;
  while (begin < bytes.length && isContinuation(begin)) begin += 1;
  return `${ELLIPSIS}${decoder.decode(bytes.subarray(begin))}`;
}
