import { setTimeout as delay } from 'node:timers/promises';

/** Waits; an aborted signal rejects with its own reason. */
export async function pause(pauseMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(pauseMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
