import { DmError } from '../../errors.js';
import { Deferred } from '../deferred.js';

/** One caller's wait until certain files are stored. */
export class DaqSync {
  readonly #expected = new Set<string>();
  readonly #failures: string[] = [];
  readonly #settled = new Deferred<undefined>();
  #armed = false;

  expect(path: string): void {
    this.#expected.add(path);
  }

  /** Nothing more will be expected. */
  arm(): void {
    this.#armed = true;
    this.#check();
  }

  done(path: string): void {
    if (this.#expected.delete(path)) this.#check();
  }

  fail(path: string, message: string): void {
    if (!this.#expected.delete(path)) return;
    this.#failures.push(`${path}: ${message}`);
    this.#check();
  }

  /** Something of the tree can't be read, so what is in it can't be stored. */
  refuse(path: string, message: string): void {
    this.expect(path);
    this.fail(path, message);
  }

  abandon(error: Error): void {
    this.#settled.reject(error);
  }

  async wait(signal: AbortSignal | undefined): Promise<void> {
    if (signal === undefined) {
      await this.#settled.promise;
      return;
    }
    const onAbort = (): void => {
      this.#settled.reject(signal.reason);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await this.#settled.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #check(): void {
    if (!this.#armed || this.#expected.size > 0) return;
    const first = this.#failures[0];
    if (first === undefined) this.#settled.resolve(undefined);
    else {
      const count = this.#failures.length;
      const message = count === 1 ? first : `${count} files could not be stored; the first: ${first}`;
      this.#settled.reject(new DmError('DM_COMMAND_FAILED', message));
    }
  }
}
