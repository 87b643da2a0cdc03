import type { ScalarCode } from 'node-pvxs';

type NumberCode = Exclude<ScalarCode, 'bool' | 'string'>;
/** A typed array of numbers. */
export type Numbers = Record<number, number | bigint> & { readonly length: number };

const typedArrays: Readonly<Record<NumberCode, (column: ArrayLike<never>) => Numbers>> = {
  int8: (column) => new Int8Array(column),
  int16: (column) => new Int16Array(column),
  int32: (column) => new Int32Array(column),
  int64: (column) => new BigInt64Array(column),
  uint8: (column) => new Uint8Array(column),
  uint16: (column) => new Uint16Array(column),
  uint32: (column) => new Uint32Array(column),
  uint64: (column) => new BigUint64Array(column),
  float32: (column) => new Float32Array(column),
  float64: (column) => new Float64Array(column),
};

/** A column in the form that crosses to native code fastest, or as it is when that would lose or hide something: then
 * native code checks it element by element, and names the one that doesn't fit. */
export function packColumn(code: ScalarCode, column: ArrayLike<unknown>): unknown {
  if (ArrayBuffer.isView(column)) return column;
  if (code === 'string') return packStrings(column);
  if (code === 'bool') return column;
  return packNumbers(code, column);
}

function packStrings(column: ArrayLike<unknown>): unknown {
  if (!Array.isArray(column)) return column;
  for (const text of column as unknown[]) {
    if (typeof text !== 'string') return column;
  }
  return { joined: column.join('\0'), list: column };
}

function packNumbers(code: NumberCode, column: ArrayLike<unknown>): unknown {
  if (!Array.isArray(column)) return column;
  for (const number of column as unknown[]) {
    if (!isOfCode(code, number)) return column;
  }
  const packed = typedArrays[code](column as never[]);
  if (code === 'float64') return packed;
  for (let i = 0; i < column.length; i++) {
    if (!isHeld(code, packed[i], column[i])) return column;
  }
  return packed;
}

/** Change one number of a packed column. False when it doesn't fit. */
export function repackNumber(code: ScalarCode, packed: Numbers, index: number, number: unknown): boolean {
  if (!isOfCode(code, number)) return false;
  packed[index] = number;
  return code === 'float64' || isHeld(code, packed[index], number);
}

function isOfCode(code: ScalarCode, number: unknown): number is number | bigint {
  return typeof number === (code === 'int64' || code === 'uint64' ? 'bigint' : 'number');
}

function isHeld(code: ScalarCode, packed: unknown, number: unknown): boolean {
  return packed === number || (code === 'float32' && Math.abs(packed as number) !== Infinity);
}
