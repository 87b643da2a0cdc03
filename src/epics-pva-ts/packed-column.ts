import type { ScalarCode } from 'node-pvxs';

type NumberCode = Exclude<ScalarCode, 'bool' | 'string'>;
type Numbers = Record<number, number | bigint> & { readonly length: number };

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
  const wanted = code === 'int64' || code === 'uint64' ? 'bigint' : 'number';
  if (!Array.isArray(column)) return column;
  for (const number of column as unknown[]) {
    if (typeof number !== wanted) return column;
  }
  const packed = typedArrays[code](column as never[]);
  if (code === 'float64') return packed;
  for (let i = 0; i < column.length; i++) {
    const isExact = packed[i] === column[i] || (code === 'float32' && Math.abs(packed[i] as number) !== Infinity);
    if (!isExact) return column;
  }
  return packed;
}
