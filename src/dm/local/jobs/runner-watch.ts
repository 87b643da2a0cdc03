import { watch, type FSWatcher } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessDirectory } from './process-directory.js';
import { isRunner, type RunnerStatus } from './stage-runner.js';

/** Nothing tells of the death of a process that isn't a child, so it is looked for. What a runner writes is noticed at once. */
const POLL_PERIOD_MS = 1000;
/** One that has just claimed the directory says its number within a moment. */
const PID_LOOKS = 20;
const PID_PERIOD_MS = 25;

/** @returns undefined when the runner died before it could say its number, or never was */
export async function runnerPid(directory: ProcessDirectory): Promise<number | undefined> {
  for (let looks = 1; ; looks++) {
    const status = await directory.status();
    if (status === undefined || status.pid !== undefined || looks === PID_LOOKS) return status?.pid;
    await delay(PID_PERIOD_MS);
  }
}

/**
 * Wait for the end of a runner that an earlier engine has started.
 * @returns its last status, which lacks an exit status when it was killed; undefined when its directory is gone
 * @throws the signal's reason
 */
export async function watchRunner(directory: ProcessDirectory, signal: AbortSignal): Promise<RunnerStatus | undefined> {
  let pause = new AbortController();
  const wake = (): void => {
    pause.abort();
  };
  const watcher = watchDirectory(directory.path, wake);
  signal.addEventListener('abort', wake);
  try {
    for (;;) {
      pause = new AbortController();
      signal.throwIfAborted();
      const status = await directory.status();
      if (status === undefined || status.exit !== undefined) return status;
      // Its last word may have come after the look at the file.
      if (status.pid === undefined || !(await isRunner(status.pid, directory.key))) return await directory.status();
      await delay(POLL_PERIOD_MS, undefined, { signal: pause.signal }).catch(() => undefined);
    }
  } finally {
    watcher?.close();
    signal.removeEventListener('abort', wake);
  }
}

/** @returns undefined where it can't be watched */
function watchDirectory(path: string, onChange: () => void): FSWatcher | undefined {
  try {
    return watch(path, onChange).on('error', () => undefined);
  } catch {
    return undefined;
  }
}
