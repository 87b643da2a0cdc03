import { CaError } from './ca-error.js';
import type { CaReadType, CaValue } from './ca-value.js';
import { DBR } from './dbr.js';
import type { CaNativeType } from './dbr.js';
import { longStringName } from './put-value.js';

/** A channel as a read sees it. */
export interface ReadTarget {
  readonly name: string;
  readonly nativeType: CaNativeType;
}

/** How to ask for a value, and what to make of the answer. */
export interface ReadRequest {
  /** Plain DBR type. */
  readonly dbrType: number;
  readonly toValue: (raw: CaValue) => CaValue;
  /** Whether an index is to be named with the enum's labels. */
  readonly labelled: boolean;
}

/**
 * Translate a read type for a connected channel.
 * @throws CaError `CA_BAD_TYPE`
 */
export function readRequest(type: CaReadType, { name, nativeType }: ReadTarget): ReadRequest {
  switch (type) {
    case 'native':
      if (nativeType === 'char' && name.endsWith('$')) return { ...plain('char'), toValue: toText };
      return { ...plain(nativeType), labelled: nativeType === 'enum' };
    case 'number':
      return plain('double');
    case 'string':
      return plain('string');
    case 'enumLabel':
      if (nativeType === 'enum') return plain('string');
      throw new CaError('CA_BAD_TYPE', `read ${name}: it is no enum but ${nativeType}`, { channelName: name });
    case 'longString':
      if (nativeType === 'char') return { ...plain('char'), toValue: toText };
      throw new CaError(
        'CA_BAD_TYPE',
        `read ${name}: it holds no characters but ${nativeType}; its text in full is ${longStringName(name)}`,
        { channelName: name },
      );
  }
}

function plain(type: CaNativeType): ReadRequest {
  return { dbrType: DBR[type], toValue: (raw) => raw, labelled: false };
}

function toText(raw: CaValue): string {
  const bytes = typeof raw === 'number' ? Uint8Array.of(raw) : (raw as Uint8Array);
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.buffer, bytes.byteOffset, end < 0 ? bytes.length : end).toString('utf8');
}
