/** The arguments of a call: the query of an NTURI, or the structure itself. 64-bit integers become numbers where that
 * loses nothing, because clients send any integer as one; `any` fields become what they hold. */
export function plainArguments(argument: unknown): unknown {
  const structure = argument as Readonly<Record<string, unknown>>;
  const isUri = 'query' in structure && 'path' in structure;
  return withNumbers(isUri ? structure['query'] : structure);
}

function withNumbers(data: unknown): unknown {
  if (typeof data === 'bigint') return safeNumber(data);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, safeNumber);
  if (ArrayBuffer.isView(data)) return data;
  if (Array.isArray(data)) return data.map(withNumbers);
  if (typeof data !== 'object' || data === null) return data;
  if (isAny(data)) return withNumbers(data.value);
  return Object.fromEntries(Object.entries(data).map(([name, content]) => [name, withNumbers(content)]));
}

function isAny(data: object): data is { readonly value: unknown } {
  const { type, value } = data as { type?: { code?: unknown } | null; value?: unknown };
  return Object.keys(data).length === 2 && typeof type?.code === 'string' && value !== undefined;
}

function safeNumber(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}
