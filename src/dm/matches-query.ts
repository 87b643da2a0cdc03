import { isDeepStrictEqual } from 'node:util';

/** A filter of objects as DM has it in lists: key -> the value that is wanted there. */
export type Query = Readonly<Record<string, unknown>>;

/** Whether an object has all values that a query wants. */
export function matchesQuery(object: Query, query: Query): boolean {
  return Object.entries(query).every(([key, value]) => isDeepStrictEqual(object[key], value));
}
