import { CommandError } from '../errors.js';

/** Longest delay of a Node timer; a limit beyond it (25 days) counts as none. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Runs `wait` with a signal that also aborts after `timeoutS` seconds (0: no limit).
 * @throws CommandError TIMEOUT, severity MINOR, when the limit ended it; CANCELLED when the given signal did
 */
export async function withTimeLimit<T>(
  signal: AbortSignal,
  timeoutS: number,
  what: string,
  wait: (signal: AbortSignal) => Promise<T>,
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
    if (signal.aborted) throw new CommandError('CANCELLED', `cancelled, ${what}`, { severity: 'MINOR', cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
