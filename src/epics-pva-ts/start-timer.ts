/** What a timer of Node can count: 24.8 days. A longer one would end at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** A timer that ends after a time; a time longer than any timer is no limit. */
export function startTimer(timeoutMs: number | undefined, onEnd: () => void): NodeJS.Timeout | undefined {
  return timeoutMs !== undefined && timeoutMs <= LONGEST_MS ? setTimeout(onEnd, timeoutMs) : undefined;
}
