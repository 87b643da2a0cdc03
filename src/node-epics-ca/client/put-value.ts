import { CaError } from './ca-error.js';
import { DBR, MAX_STRING_BYTES } from './dbr.js';
import type { CaNativeType } from './dbr.js';
import type { NativeArray, NativeValue } from './native.js';
import type { CaPutValue } from './ca-value.js';

/** What a put needs to know of its channel. */
export interface PutTarget {
  readonly name: string;
  readonly nativeType: CaNativeType;
  readonly elementCount: number;
}

/** A value in the form that goes over the wire. */
export interface EncodedPut {
  readonly dbrType: number;
  readonly count: number;
  readonly value: NativeValue;
}

/** What an integer type takes; a character is signed or unsigned. */
const RANGES: Readonly<Partial<Record<CaNativeType, readonly [low: number, high: number]>>> = {
  char: [-128, 255],
  short: [-32768, 32767],
  enum: [0, 65535],
  long: [-2147483648, 2147483647],
};

const ARRAYS = {
  short: Int16Array,
  float: Float32Array,
  enum: Uint16Array,
  char: Uint8Array,
  long: Int32Array,
  double: Float64Array,
} as const;

/**
 * Choose the wire type of a value, without loss.
 * @throws CaError `CA_BAD_VALUE`, `CA_BAD_TYPE`, `CA_BAD_COUNT`, `CA_STRING_TOO_LONG`
 */
export function encodePut(value: CaPutValue, target: PutTarget): EncodedPut {
  switch (typeof value) {
    case 'number':
      return encodeNumber(value, target);
    case 'boolean':
      return encodeNumber(value ? 1 : 0, target);
    case 'bigint':
      return Number.isSafeInteger(Number(value))
        ? encodeNumber(Number(value), target)
        : encodeText(value.toString(), target);
    case 'string':
      return target.nativeType === 'char' && target.elementCount > 1
        ? encodeLongString(value, target)
        : encodeText(value, target);
    default:
      return encodeArray(value, target);
  }
}

function encodeNumber(value: number, target: PutTarget): EncodedPut {
  if (target.nativeType === 'string') return encodeText(String(value), target);
  checkNumber(value, target);
  return { dbrType: DBR[target.nativeType], count: 1, value };
}

function checkNumber(value: number, { name, nativeType }: PutTarget): void {
  const range = RANGES[nativeType];
  if (range === undefined) return;
  const [low, high] = range;
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new CaError('CA_BAD_VALUE', `put ${name}: ${value} is not a whole number from ${low} to ${high}`, {
    channelName: name,
  });
}

function encodeText(value: string, { name }: PutTarget): EncodedPut {
  checkText(value, name);
  return { dbrType: DBR.string, count: 1, value };
}

function checkText(value: string, name: string): void {
  const sizeBytes = Buffer.byteLength(value);
  if (sizeBytes > MAX_STRING_BYTES) {
    throw new CaError(
      'CA_STRING_TOO_LONG',
      `put ${name}: the text has ${sizeBytes} bytes and a Channel Access string holds ${MAX_STRING_BYTES}: put it to ${longStringName(name)}, if the field holds more`,
      { channelName: name },
    );
  }
  if (value.includes('\0')) {
    throw new CaError('CA_BAD_VALUE', `put ${name}: the text contains a NUL character`, { channelName: name });
  }
}

function encodeLongString(value: string, { name, elementCount }: PutTarget): EncodedPut {
  const bytes = new TextEncoder().encode(`${value}\0`);
  if (bytes.length > elementCount) {
    throw new CaError(
      'CA_STRING_TOO_LONG',
      `put ${name}: the text has ${bytes.length - 1} bytes and the channel holds ${elementCount - 1}`,
      { channelName: name },
    );
  }
  return { dbrType: DBR.char, count: bytes.length, value: bytes };
}

type ArrayPutValue = Exclude<CaPutValue, number | string | bigint | boolean>;

function encodeArray(value: ArrayPutValue, target: PutTarget): EncodedPut {
  const { name, elementCount } = target;
  const count = value.length;
  if (count === 0 || count > elementCount) {
    throw new CaError('CA_BAD_COUNT', `put ${name}: ${count} elements, and the channel takes 1 to ${elementCount}`, {
      channelName: name,
    });
  }
  if (value instanceof Int8Array) {
    return { dbrType: DBR.char, count, value: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) };
  }
  if (value instanceof Uint32Array) return { dbrType: DBR.double, count, value: Float64Array.from(value) };
  const dbrType = dbrTypeOfArray(value);
  if (dbrType !== undefined) return { dbrType, count, value: value as NativeArray };
  if (Array.isArray(value)) return encodePlainArray(value, target);
  throw new CaError('CA_BAD_TYPE', `put ${name}: Channel Access can't carry this kind of array`, {
    channelName: name,
  });
}

function dbrTypeOfArray(value: ArrayPutValue): number | undefined {
  for (const [type, constructor] of Object.entries(ARRAYS)) {
    if (value instanceof constructor) return DBR[type as keyof typeof ARRAYS];
  }
  return undefined;
}

function encodePlainArray(value: readonly unknown[], target: PutTarget): EncodedPut {
  const { name, nativeType } = target;
  const count = value.length;
  if (value.every((element) => typeof element === 'string')) {
    for (const text of value) checkText(text, name);
    return { dbrType: DBR.string, count, value };
  }
  if (!value.every((element) => typeof element === 'number')) {
    throw new CaError('CA_BAD_TYPE', `put ${name}: an array holds either numbers or strings`, { channelName: name });
  }
  if (nativeType === 'string') {
    const texts = value.map(String);
    return { dbrType: DBR.string, count, value: texts };
  }
  for (const number of value) checkNumber(number, target);
  return { dbrType: DBR[nativeType], count, value: ARRAYS[nativeType].from(value) };
}

/** The channel that carries a field's text in full: `NAME` is `NAME.VAL$`, `NAME.FIELD` is `NAME.FIELD$`. */
export function longStringName(name: string): string {
  if (name.endsWith('$')) return name;
  return name.includes('.') ? `${name}$` : `${name}.VAL$`;
}
