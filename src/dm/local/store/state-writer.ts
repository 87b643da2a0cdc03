import type { DmLogger } from '../../logger.js';
import { errorText } from '../../error-text.js';

const RETRY_PERIOD_MS = 2000;

/**
 * Writes the state of running things, which must go on when the database can't be written (a full disk): what fails is logged, and written again until
 * it succeeds. A later write of the same key takes the place of an earlier one.
 */
export class StateWriter {
  readonly #log: DmLogger;
  readonly #pending = new Map<string, () => void>();
  readonly #onWritten = new Map<string, () => void>();
  #timer: NodeJS.Timeout | undefined;
  #lastError: string | null = null;

  constructor(log: DmLogger) {
    this.#log = log;
  }

  /** Why the last write failed; null once everything is written. */
  get lastError(): string | null {
    return this.#lastError;
  }

  write(key: string, write: () => void): void {
    this.#pending.delete(key);
    if (this.#attempt(key, write)) return;
    this.#pending.set(key, write);
    this.#timer ??= setTimeout(() => {
      this.#retry();
    }, RETRY_PERIOD_MS);
  }

  /** Call back once nothing of the key is unwritten, at once if that is so already. */
  whenWritten(key: string, callback: () => void): void {
    if (this.#pending.has(key)) this.#onWritten.set(key, callback);
    else callback();
  }

  /** Try a last time what is still unwritten. */
  close(): void {
    clearTimeout(this.#timer);
    for (const [key, write] of this.#pending) this.#attempt(key, write);
    this.#pending.clear();
  }

  #retry(): void {
    this.#timer = undefined;
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const [key, write] of pending) {
      this.write(key, write);
      if (this.#pending.has(key)) continue;
      this.#onWritten.get(key)?.();
      this.#onWritten.delete(key);
    }
    if (this.#pending.size === 0) this.#lastError = null;
  }

  #attempt(key: string, write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      this.#lastError = `The state could not be written: ${errorText(error)}`;
      this.#log.error({ key, error }, 'the state could not be written; it is tried again');
      return false;
    }
  }
}
