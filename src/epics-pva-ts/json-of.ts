/** Data of a PV as JSON can hold it: 64-bit integers as numbers, or as strings of digits where a number would lose some; typed
 * arrays as arrays. */
export function jsonOf(data: unknown): unknown {
  if (typeof data === 'bigint') return Number.isSafeInteger(Number(data)) ? Number(data) : String(data);
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return data.map(jsonOf);
  if (ArrayBuffer.isView(data)) return Array.from(data as unknown as ArrayLike<unknown>, jsonOf);
  return Object.fromEntries(Object.entries(data).map(([name, content]) => [name, jsonOf(content)]));
}
