/**
 * The time of day in whole milliseconds, as it would be had nobody set the clock since this process began: limits and silences don't
 * jump.
 */
export function streamTimeMs(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
