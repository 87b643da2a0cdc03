import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

/** So many entries of a list are compared before others have their turn. */
const CHUNK = 100;

interface Known<T> {
  /** Undefined: it was removed. */
  readonly entry: T | undefined;
  /** When it was learnt by itself, not from a list; in ticks of the filter's clock. */
  readonly learnt: number;
}

/**
 * The last known state of objects, so that each change is told once. List entries carry fewer keys than the whole object: they are laid over
 * what is known. What was learnt while a list was under way is newer than that list. Long lists are taken in pieces, between which others run.
 */
export class ChangeFilter<T extends object> {
  readonly #known = new Map<string, Known<T>>();
  readonly #keyOf: (entry: T) => string;
  readonly #emit: (entry: T) => void;
  #clock = 0;

  constructor(keyOf: (entry: T) => string, emit: (entry: T) => void) {
    this.#keyOf = keyOf;
    this.#emit = emit;
  }

  get(key: string): T | undefined {
    return this.#known.get(key)?.entry;
  }

  *values(): Iterable<T> {
    for (const { entry } of this.#known.values()) if (entry !== undefined) yield entry;
  }

  /** Take the whole object. */
  replace(entry: T): void {
    this.#take(this.#keyOf(entry), entry, this.#clock);
  }

  /** Forget one that has been removed; what was known of it. */
  delete(key: string): T | undefined {
    const known = this.get(key);
    this.#known.set(key, { entry: undefined, learnt: this.#clock });
    return known;
  }

  /** A list is about to be asked for. @returns what to give with it when it has come */
  beginList(): number {
    this.#clock += 1;
    return this.#clock;
  }

  /** Take a list, or a part of one, but for the keys that `skip` claims. @returns the keys that it holds */
  async takeList(
    entries: readonly T[],
    begun: number,
    skip: (key: string) => boolean = () => false,
  ): Promise<Set<string>> {
    const listed = new Set<string>();
    for (const [index, entry] of entries.entries()) {
      if (index > 0 && index % CHUNK === 0) await setImmediate();
      const key = this.#keyOf(entry);
      listed.add(key);
      const known = this.#known.get(key);
      if ((known?.learnt ?? -1) < begun && !skip(key)) this.#take(key, { ...known?.entry, ...entry }, -1);
    }
    return listed;
  }

  /** Take a list of all there is. What it no longer holds is forgotten. @returns what was forgotten */
  async takeWhole(entries: readonly T[], begun: number, skip: (key: string) => boolean = () => false): Promise<T[]> {
    const listed = await this.takeList(entries, begun, skip);
    const gone = [...this.#known].filter(([key, { learnt }]) => !listed.has(key) && learnt < begun && !skip(key));
    for (const [key] of gone) this.#known.delete(key);
    return gone.flatMap(([, { entry }]) => entry ?? []);
  }

  /** Forget the oldest of those that `isSpent`, down to a number; they are told again when they come again. */
  prune(limit: number, isSpent: (entry: T, key: string) => boolean): void {
    if (this.#known.size <= limit) return;
    const spent = [...this.#known].filter(([key, { entry }]) => entry === undefined || isSpent(entry, key));
    for (const [key] of spent.slice(0, Math.max(0, spent.length - limit))) this.#known.delete(key);
  }

  #take(key: string, entry: T, learnt: number): void {
    const known = this.#known.get(key);
    const isNews = !isDeepStrictEqual(known?.entry, entry);
    this.#known.set(key, { entry: isNews ? entry : known?.entry, learnt: Math.max(learnt, known?.learnt ?? -1) });
    if (isNews) this.#emit(entry);
  }
}
