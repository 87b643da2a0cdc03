import { CommandError } from '../errors.js';
import { cancelCause } from './cancel-cause.js';

/** The longest limit that may be put: a week. A timer of Node takes no more than 24 days. */
export const LONGEST_WAIT_S = 604_800;

/**
 * Runs `wait` with a signal that also aborts after `timeoutS` seconds (0: no limit), at most {@link LONGEST_WAIT_S}.
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
    timeoutMs > 0
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
