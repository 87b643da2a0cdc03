/**
 * Value of a record.
 *
 * number: ai, ao, longin, longout, and the state's index of bi, bo, mbbi, mbbo, busy (which also take the state's label);
 * bigint: int64in, int64out (which also take a safe integer); string: stringin, stringout, lsi, lso, and the text of a
 * waveform, aai or aao of CHAR or UCHAR; a typed array of exactly the element type of other arrays, ENUM being Uint16Array;
 * strings for arrays of STRING.
 */
export type RecordValue =
  | number
  | bigint
  | string
  | readonly string[]
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;
