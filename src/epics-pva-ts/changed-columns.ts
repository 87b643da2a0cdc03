import { type JoinedStrings, pvxs, type ScalarCode, type StringArrayHandle } from 'node-pvxs';
import { checkLengths } from './check-lengths.js';
import { type Numbers, packColumn, repackNumber } from './packed-column.js';
import type { RawFields } from './pv-type.js';

type Column = ArrayLike<unknown>;

/** Remembers what has been posted of a table, to give only what has changed since. */
export class ChangedColumns {
  readonly #types: ReadonlyMap<string, ScalarCode>;
  readonly #posted: Map<string, unknown[]>;
  readonly #strings = new Map<string, StringArrayHandle>();
  readonly #numbers = new Map<string, Numbers>();
  /** Columns that are to be given whatever they hold. */
  readonly #unknown: Set<string>;

  /** @param present columns as they are before the first post; null when that isn't known: empty then */
  constructor(types: ReadonlyMap<string, ScalarCode>, present: Readonly<Record<string, unknown>> | null) {
    this.#types = types;
    this.#posted = new Map([...types.keys()].map((name) => [name, Array.from((present?.[name] ?? []) as Column)]));
    this.#unknown = new Set(present === null ? types.keys() : []);
  }

  /** Fields to post, by path: whole columns, and of text columns the arrays that hold them.
   * @throws PvaError `PVA_TYPE` when the columns then are not all of one length */
  take(input: Readonly<Record<string, unknown>>): RawFields {
    const fields: Record<string, unknown> = {};
    for (const name of Object.keys(input)) {
      const column = input[name] as Column | undefined;
      if (column === undefined) continue;
      const change = this.#change(name, column);
      if (change !== undefined) fields[`value.${name}`] = change;
    }
    checkLengths(this.#posted);
    return fields;
  }

  #change(name: string, column: Column): unknown {
    const posted = this.#posted.get(name);
    const type = this.#types.get(name);
    if (!posted || !type) return column;
    const changed = posted.length === column.length ? changedIndexes(posted, column) : null;
    if (!this.#unknown.delete(name) && changed?.length === 0) return undefined;
    if (changed === null) this.#posted.set(name, Array.from(column));
    else for (const index of changed) posted[index] = column[index];
    if (type === 'string') return this.#changeStrings(name, column, changed);
    return this.#changeNumbers(name, type, column, changed);
  }

  #changeNumbers(name: string, type: ScalarCode, column: Column, changed: readonly number[] | null): unknown {
    const known = this.#numbers.get(name);
    if (changed && known && changed.every((index) => repackNumber(type, known, index, column[index]))) return known;
    const packed = packColumn(type, column);
    if (packed === column) this.#numbers.delete(name);
    else this.#numbers.set(name, packed as Numbers);
    return packed;
  }

  #changeStrings(name: string, column: Column, changed: readonly number[] | null): unknown {
    const known = this.#strings.get(name);
    const strings = known ?? pvxs.stringArrayCreate();
    this.#strings.set(name, strings);
    if (changed && known) {
      const replacements = changed.map((index) => column[index] as string);
      pvxs.stringArrayChange(strings, Uint32Array.from(changed), replacements);
      return strings;
    }
    const packed = packColumn('string', column);
    if (packed === column) return column;
    pvxs.stringArraySet(strings, packed as JoinedStrings);
    return strings;
  }
}

/** Where two columns of one length differ; null as soon as that is more than a quarter of them. */
function changedIndexes(before: Column, after: Column): number[] | null {
  const most = before.length / 4;
  const changed: number[] = [];
  for (let i = 0; i < before.length; i++) {
    if (Object.is(before[i], after[i])) continue;
    changed.push(i);
    if (changed.length > most) return null;
  }
  return changed;
}
