const ARRAYS = {
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
};
type ArrayName = keyof typeof ARRAYS;

/** Record values as JSON, with the types that JSON lacks: {bigint: "1"}, {Float64Array: [1, 2]}. */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return { bigint: value.toString() };
  if (ArrayBuffer.isView(value)) {
    const elements = Array.from(value as unknown as Iterable<number | bigint>, (element) =>
      typeof element === 'bigint' ? element.toString() : element,
    );
    return { [value.constructor.name]: elements };
  }
  return value;
}

/** The reverse of {@link toJson}. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const [[name, content] = ['', undefined]] = Object.entries(value);
  if (name === 'bigint') return BigInt(content as string);
  const array = ARRAYS[name as ArrayName];
  const isBig = name === 'BigInt64Array' || name === 'BigUint64Array';
  const elements = (content as (string | number)[]).map((element) => (isBig ? BigInt(element) : element));
  return (array as unknown as { from(source: unknown[]): unknown }).from(elements);
}
