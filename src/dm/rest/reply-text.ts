import { isUtf8 } from 'node:buffer';

/** The text of a reply: UTF-8, or else Latin-1, which DM's sibling writes. */
export function replyText(bytes: Uint8Array): string {
  return isUtf8(bytes) ? new TextDecoder().decode(bytes) : Buffer.from(bytes).toString('latin1');
}
