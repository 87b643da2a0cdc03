import { setImmediate } from 'node:timers/promises';

/** A list's slices, each but the first in a turn of its own, so that a long list holds nothing else up. */
export async function* inTurns<T>(items: readonly T[], sliceItems: number): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < items.length; at += sliceItems) {
    if (at > 0) await setImmediate();
    yield items.slice(at, at + sliceItems);
  }
}
