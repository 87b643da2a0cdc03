import type { Test } from 'tap';

/** The clock goes ahead by so much, until the test ends. */
export function skipTime(t: Test, ms: number): void {
  const { now } = Date;
  t.teardown(() => {
    Date.now = now;
  });
  Date.now = () => now() + ms;
}
