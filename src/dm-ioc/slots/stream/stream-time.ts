/**
 * The time of day in whole milliseconds, as it would be had nobody set the clock since this process began: limits and silences don't
 * jump.
 */
export function streamTimeMs(): number {
  return Math.round(performance.timeOrigin + performance.now());
}

/** The longest time limit that may be set, in seconds. */
export const LONGEST_TIMEOUT_S = 86_400;

/** So long a timer may run until a time limit, if it was set by this clock; no timer of Node runs for 2^31 ms. */
export function timerMs(limitMs: number): number {
  return Math.max(0, Math.min(limitMs - streamTimeMs(), LONGEST_TIMEOUT_S * 1000));
}
