import { DmError } from '../../errors.js';
import { DaqSync } from './daq-sync.js';

/** The callers who wait for a DAQ to have stored its files. */
export class DaqSyncs {
  readonly #waiting = new Set<DaqSync>();

  get size(): number {
    return this.#waiting.size;
  }

  /** @param prepare tells the new wait what to expect @returns once all of that is stored */
  async wait(prepare: (sync: DaqSync) => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const sync = new DaqSync();
    this.#waiting.add(sync);
    try {
      await prepare(sync);
      sync.arm();
      await sync.wait(signal);
    } finally {
      this.#waiting.delete(sync);
    }
  }

  done(path: string): void {
    for (const sync of this.#waiting) sync.done(path);
  }

  fail(path: string, message: string): void {
    for (const sync of this.#waiting) sync.fail(path, message);
  }

  abandon(reason: string): void {
    for (const sync of this.#waiting) sync.abandon(new DmError('DM_COMMAND_FAILED', reason));
  }
}
