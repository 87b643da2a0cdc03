import { isDeepStrictEqual } from 'node:util';

/**
 * The last known state of objects, so that each change is told once. List entries carry fewer keys than the whole object: they are laid over
 * what is known. What was learnt while a list was under way is newer than that list.
 */
export class ChangeFilter<T extends object> {
  readonly #known = new Map<string, T>();
  readonly #touched = new Set<string>();
  readonly #keyOf: (entry: T) => string;
  readonly #emit: (entry: T) => void;

  constructor(keyOf: (entry: T) => string, emit: (entry: T) => void) {
    this.#keyOf = keyOf;
    this.#emit = emit;
  }

  get(key: string): T | undefined {
    return this.#known.get(key);
  }

  values(): Iterable<T> {
    return this.#known.values();
  }

  /** Would this list entry tell something new? */
  differs(entry: T): boolean {
    const known = this.#known.get(this.#keyOf(entry));
    return known === undefined || !isDeepStrictEqual({ ...known, ...entry }, known);
  }

  /** Take the whole object. */
  replace(entry: T): void {
    this.#touched.add(this.#keyOf(entry));
    this.#take(entry);
  }

  /** Forget one that has been removed; what was known of it. */
  delete(key: string): T | undefined {
    this.#touched.add(key);
    const known = this.#known.get(key);
    this.#known.delete(key);
    return known;
  }

  /** A list is about to be asked for. */
  beginList(): void {
    this.#touched.clear();
  }

  /** Take that list, but for the keys that `skip` claims. What it no longer holds is forgotten and returned. */
  endList(entries: readonly T[], skip: (key: string) => boolean = () => false): T[] {
    const listed = new Set<string>();
    for (const entry of entries) {
      const key = this.#keyOf(entry);
      listed.add(key);
      if (!this.#touched.has(key) && !skip(key)) this.#take({ ...this.#known.get(key), ...entry });
    }
    const gone = [...this.#known].filter(([key]) => !listed.has(key) && !this.#touched.has(key) && !skip(key));
    for (const [key] of gone) this.#known.delete(key);
    return gone.map(([, entry]) => entry);
  }

  #take(entry: T): void {
    const key = this.#keyOf(entry);
    if (isDeepStrictEqual(this.#known.get(key), entry)) return;
    this.#known.set(key, entry);
    this.#emit(entry);
  }
}
