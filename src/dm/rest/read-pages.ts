interface Pages<T> {
  /** One page, and how many entries DM has sent for it. */
  readonly ask: (skip: number, limit: number) => Promise<{ readonly entries: readonly T[]; readonly nSent: number }>;
  readonly keyOf: (entry: T) => string;
  /** Entries asked for in one call. */
  readonly size: number;
}

/** Entries `skip` to `end` of a list, page by page: DM cuts a list off in silence at its limit. */
export async function readPages<T>({ ask, keyOf, size }: Pages<T>, skip = 0, end = Infinity): Promise<T[]> {
  const found = new Map<string, T>();
  for (let at = skip; at < end; at += size) {
    const limit = Math.min(size, end - at);
    const { entries, nSent } = await ask(at, limit);
    const known = found.size;
    for (const entry of entries) found.set(keyOf(entry), entry);
    // A page without news comes from a service that does not cut pages.
    if (nSent < limit || found.size === known) break;
  }
  return [...found.values()].slice(0, end - skip);
}
