import type { PollPeriods } from './poll-periods.js';

/** A page: so many of the newest ended objects are fetched and remembered; nobody shows more. */
export const PAGE = 1_000;

/**
 * How long to leave a list alone after DM has sent so many entries of it, so that no more than a page is asked for in each
 * `idleListMs`; in milliseconds.
 */
export function budgetMs(periods: PollPeriods, nSent: number): number {
  return (periods.idleListMs * nSent) / PAGE;
}
