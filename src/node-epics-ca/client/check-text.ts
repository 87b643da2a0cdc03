import { CaError } from './ca-error.js';
import type { CaNativeType } from './dbr.js';

const NUMBER = /^\s*(?:[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|0x[\da-f]+|inf(?:inity)?|nan)\s*)?$/iu;

/**
 * Refuse a text that the server's record would not take, where nobody waits for the server's word.
 * @param states labels of an enum
 * @throws CaError `CA_BAD_VALUE` that names the states
 */
export function checkText(
  text: string,
  { name, nativeType }: { readonly name: string; readonly nativeType: CaNativeType },
  states: readonly string[],
): void {
  if (nativeType === 'enum') {
    const isIndex = /^\d+$/u.test(text) && (states.length === 0 || Number(text) < states.length);
    if (isIndex || states.includes(text)) return;
    throw new CaError('CA_BAD_VALUE', `put ${name}: "${text}" is none of its states ${states.join(', ')}`, {
      channelName: name,
    });
  }
  if (nativeType === 'string' || nativeType === 'char' || NUMBER.test(text)) return;
  throw new CaError('CA_BAD_VALUE', `put ${name}: "${text}" is no number`, { channelName: name });
}
