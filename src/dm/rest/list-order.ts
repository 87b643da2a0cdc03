import { type Aged, ageOf } from './newest-of.js';

/** How the entries of DM's list of jobs follow each other; `none` when neither is true. DM doesn't document it. */
export type ListOrder = 'oldestFirst' | 'newestFirst' | 'none';

/** Jobs that run side by side start and end in another order than they were submitted. */
const SHARE = 0.9;

/** Tells the order from a page; a page whose times say nothing counts as oldest first, the order in which a database keeps them. */
export function listOrderOf(page: readonly Aged[]): ListOrder {
  const times = page.map(ageOf).filter((time) => Number.isFinite(time));
  const half = Math.floor(times.length / 2);
  let rising = 0;
  let falling = 0;
  for (let index = 0; index < half; index += 1) {
    const difference = (times[index + half] ?? 0) - (times[index] ?? 0);
    if (difference > 0) rising += 1;
    else if (difference < 0) falling += 1;
  }
  const told = rising + falling;
  if (rising >= told * SHARE) return 'oldestFirst';
  return falling >= told * SHARE ? 'newestFirst' : 'none';
}
