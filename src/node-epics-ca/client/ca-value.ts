import type { NativeArray } from './native.js';

/** Arrays of numbers as they travel: char is Uint8Array, short Int16Array, long Int32Array, enum Uint16Array. */
export type CaNumberArray = NativeArray;

/** What a channel can hold. One element is a number or a string, several are a typed array or `string[]`. */
export type CaValue = number | string | CaNumberArray | readonly string[];

/**
 * What can be put. `bigint` is exact even above 2^53 (it then travels as text), a `boolean` is 1 or 0; a `string` is parsed by the
 * server's record (a number, an enum label), and is a long string for a channel of characters.
 */
export type CaPutValue = CaValue | bigint | boolean | readonly number[] | Int8Array | Uint32Array;

/**
 * How a reading is asked for.
 * - `native`: as the server holds it; enums are an index with a label; a channel `NAME.FIELD$` is a long string
 * - `string`: the server's text, up to 39 bytes
 * - `enumLabel`: the label of an enum
 * - `longString`: text of any length: of a channel of characters, or by `NAME.FIELD$`
 * - `number`: converted to double by the server
 */
export type CaReadType = 'native' | 'string' | 'enumLabel' | 'longString' | 'number';

/** The value that a read type gives. */
export type CaValueOf<T extends CaReadType> = T extends 'enumLabel' | 'longString'
  ? string
  : T extends 'string'
    ? string | readonly string[]
    : T extends 'number'
      ? number | Float64Array
      : CaValue;
