import type { PlainType } from 'node-pvxs';

/** Type codes by the name of the class of an array. */
export const typedArrayCodes: Readonly<Record<string, PlainType['code']>> = {
  Int8Array: 'int8[]',
  Int16Array: 'int16[]',
  Int32Array: 'int32[]',
  BigInt64Array: 'int64[]',
  Uint8Array: 'uint8[]',
  Buffer: 'uint8[]',
  Uint8ClampedArray: 'uint8[]',
  Uint16Array: 'uint16[]',
  Uint32Array: 'uint32[]',
  BigUint64Array: 'uint64[]',
  Float32Array: 'float32[]',
  Float64Array: 'float64[]',
};
