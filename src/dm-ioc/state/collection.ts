import { Map as PersistentMap } from 'immutable';
import { isActive } from './active.js';

/** So many objects that have ended are kept, and so many rows has a table: the newest. */
export const KEPT = 1000;

/** What every object of DM that has a life has. */
export interface DmObject {
  readonly id: string;
  readonly status: string;
  /** Unix seconds. */
  readonly startTime?: number | undefined;
}

interface Listed {
  readonly id: string;
  readonly time: number;
}

interface Content<T> {
  readonly active: PersistentMap<string, T>;
  readonly ended: PersistentMap<string, T>;
  /** Status -> how many have it. */
  readonly counts: ReadonlyMap<string, number>;
  /** At most KEPT, newest first. */
  readonly newest: readonly Listed[];
}

/** How changes of type `C` come into a collection of `T`. */
export interface ChangeRules<C, T> {
  /** What is kept of a change, given what is known; undefined: the change is ignored. */
  readonly merge: (change: C, known: T | undefined) => T | undefined;
  /** When an object began, in any unit: what "newest" means. */
  readonly timeOf: (object: T) => number;
  /** Whether an object must stay although it is old. */
  readonly isHeld: (id: string) => boolean;
}

/**
 * Objects by id, immutable: a change costs the same with ten objects and with ten thousand. All active ones are kept, and the newest of
 * those that have ended; how many have which status is counted as they change.
 */
export class Collection<T extends DmObject> {
  readonly #content: Content<T>;

  private constructor(content: Content<T>) {
    this.#content = content;
  }

  static empty<T extends DmObject>(): Collection<T> {
    const none = PersistentMap<string, T>();
    return new Collection({ active: none, ended: none, counts: new Map(), newest: [] });
  }

  get size(): number {
    return this.#content.active.size + this.#content.ended.size;
  }

  get nActive(): number {
    return this.#content.active.size;
  }

  get(id: string): T | undefined {
    return this.#content.active.get(id) ?? this.#content.ended.get(id);
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  /** How many have one of the statuses. */
  count(...statuses: readonly string[]): number {
    return statuses.reduce((sum, status) => sum + (this.#content.counts.get(status) ?? 0), 0);
  }

  /** The newest first, at most KEPT. */
  newest(): T[] {
    return this.#content.newest.map(({ id }) => this.get(id)).filter((object) => object !== undefined);
  }

  /** The collection after changes. */
  with<C extends DmObject>(changes: readonly C[], { merge, timeOf, isHeld }: ChangeRules<C, T>): Collection<T> {
    const active = this.#content.active.asMutable();
    const ended = this.#content.ended.asMutable();
    const counts = new Map(this.#content.counts);
    const newest = [...this.#content.newest];
    const add = (status: string, difference: number): void => {
      counts.set(status, (counts.get(status) ?? 0) + difference);
    };
    for (const change of changes) {
      const known = active.get(change.id) ?? ended.get(change.id);
      const next = merge(change, known);
      if (next === undefined) continue;
      if (known !== undefined) add(known.status, -1);
      add(next.status, 1);
      (isActive(next) ? ended : active).delete(next.id);
      (isActive(next) ? active : ended).set(next.id, next);
      enlist(newest, next.id, timeOf(next), known === undefined ? undefined : timeOf(known));
    }
    for (const old of surplus(ended, isHeld, timeOf)) {
      ended.delete(old.id);
      add(old.status, -1);
    }
    return new Collection({ active: active.asImmutable(), ended: ended.asImmutable(), counts, newest });
  }
}

/** Keeps the newest first; the time of an object that is known may have become another one. */
function enlist(newest: Listed[], id: string, time: number, knownTime: number | undefined): void {
  if (time === knownTime) return;
  if (knownTime !== undefined) {
    const at = newest.findIndex((listed) => listed.id === id);
    if (at !== -1) newest.splice(at, 1);
  }
  let low = 0;
  let high = newest.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((newest[middle]?.time ?? 0) <= time) high = middle;
    else low = middle + 1;
  }
  newest.splice(low, 0, { id, time });
  if (newest.length > KEPT) newest.pop();
}

/** What must go so that KEPT remain, oldest first; looked for only when it is worth it. */
function surplus<T extends DmObject>(
  ended: PersistentMap<string, T>,
  isHeld: (id: string) => boolean,
  timeOf: (object: T) => number,
): T[] {
  if (ended.size <= KEPT * 1.1) return [];
  return [...ended.values()]
    .filter(({ id }) => !isHeld(id))
    .sort((a, b) => timeOf(a) - timeOf(b))
    .slice(0, ended.size - KEPT);
}
