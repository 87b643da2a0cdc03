import { CommandError } from '../errors.js';
import { cancelCause } from './cancel-cause.js';

/** Longest delay of a Node timer; a limit beyond it (25 days) counts as none. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Runs `wait` with a signal that also aborts after `timeoutS` seconds (0: no limit).
 * @param what becomes of what is waited for @param whenStopped the same when the IOC stops
 * @throws CommandError TIMEOUT, severity MINOR, when the limit ended it; CANCELLED when the given signal did
 */
export async function withTimeLimit<T>(
  signal: AbortSignal,
  timeoutS: number,
  what: string,
  wait: (signal: AbortSignal) => Promise<T>,
  whenStopped = what,
): Promise<T> {
  const timeoutMs = timeoutS * 1000;
  const limit = new AbortController();
  const timer =
    timeoutMs > 0 && timeoutMs <= MAX_TIMER_MS
      ? setTimeout(() => {
          limit.abort();
        }, timeoutMs)
      : undefined;
  try {
    return await wait(AbortSignal.any([signal, limit.signal]));
  } catch (error) {
    if (limit.signal.aborted && !signal.aborted) {
      throw new CommandError('TIMEOUT', `timeout after ${timeoutS} s, ${what}`, { severity: 'MINOR', cause: error });
    }
    if (signal.aborted) {
      const cause = cancelCause(signal);
      const then = cause === 'cancelled' ? what : whenStopped;
      throw new CommandError('CANCELLED', `${cause}, ${then}`, { severity: 'MINOR', cause: error });
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
