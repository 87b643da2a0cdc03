import { isTerminalStatus } from '../schemas/status.js';

/** What the age of a job, a DAQ or an upload is read from; times are Unix seconds. */
export interface Aged {
  readonly status: string;
  readonly submissionTime?: number | undefined;
  readonly startTime?: number | undefined;
  readonly endTime?: number | undefined;
}

/** Unix seconds; one that tells no time is waiting, and so the newest. */
export function ageOf({ submissionTime, startTime, endTime }: Aged): number {
  return submissionTime ?? startTime ?? endTime ?? Infinity;
}

/** All that are active, and the newest `limit` of those that have ended; newest first. */
export function newestOf<T extends Aged>(entries: readonly T[], limit: number): T[] {
  let ended = 0;
  return [...entries].sort(byAge).filter(({ status }) => !isTerminalStatus(status) || (ended += 1) <= limit);
}

function byAge(a: Aged, b: Aged): number {
  const [left, right] = [ageOf(a), ageOf(b)];
  return left === right ? 0 : right - left;
}
