import { isTerminalStatus } from 'dm';

const RANKS: ReadonlyMap<string, number> = new Map([
  ['pending', 0],
  ['running', 1],
  ['finalizing', 2],
  ['aborting', 3],
]);

/** How far a status is in a life. An answer that was overtaken by an event has a lower rank than what is known, and is ignored. */
function statusRank(status: string): number {
  return isTerminalStatus(status) ? 4 : (RANKS.get(status) ?? 1);
}

/** True when `next` is news from before `known`. */
export function isOvertaken(
  known: { readonly status: string } | null | undefined,
  next: { readonly status: string },
): boolean {
  return known !== null && known !== undefined && statusRank(next.status) < statusRank(known.status);
}
