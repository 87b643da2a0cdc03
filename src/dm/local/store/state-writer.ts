import { Backoff } from '../../backoff.js';
import { errorText } from '../../error-text.js';
import type { DmLogger } from '../../logger.js';

interface Unwritten {
  readonly write: () => Promise<unknown>;
  failed: boolean;
}

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 10_000;

/**
 * Writes the state of running things, which must go on when the database can't be written (a full disk): what fails is logged, and written again until
 * it succeeds, unless a later write of the same key has taken its place. Writes begin in the order in which they are asked for.
 */
export class StateWriter {
  readonly #log: DmLogger;
  /** The newest write of each key, until it has succeeded. */
  readonly #unwritten = new Map<string, Unwritten>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #onWritten = new Map<string, () => void>();
  readonly #backoff = new Backoff({ firstMs: () => FIRST_RETRY_MS, longestMs: () => LONGEST_RETRY_MS });
  #timer: NodeJS.Timeout | undefined;
  #lastError: string | null = null;

  constructor(log: DmLogger) {
    this.#log = log;
  }

  /** Why the last write failed; null once everything is written. */
  get lastError(): string | null {
    return this.#lastError;
  }

  write(key: string, write: () => Promise<unknown>): void {
    const unwritten = { write, failed: false };
    this.#unwritten.set(key, unwritten);
    this.#begin(key, unwritten);
  }

  /** Call back once nothing of the key is unwritten, at once if that is so already. */
  whenWritten(key: string, callback: () => void): void {
    if (this.#unwritten.has(key)) this.#onWritten.set(key, callback);
    else callback();
  }

  /** Try a last time what is still unwritten. */
  async close(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#retry();
    await Promise.all(this.#underWay);
    clearTimeout(this.#timer);
  }

  #begin(key: string, unwritten: Unwritten): void {
    unwritten.failed = false;
    const attempt = this.#attempt(key, unwritten).finally(() => this.#underWay.delete(attempt));
    this.#underWay.add(attempt);
  }

  /** Never rejects. */
  async #attempt(key: string, unwritten: Unwritten): Promise<void> {
    try {
      await unwritten.write();
    } catch (error) {
      this.#lastError = `The state could not be written: ${errorText(error)}`;
      this.#log.error({ key, error }, 'the state could not be written; it is tried again');
      unwritten.failed = true;
      this.#timer ??= setTimeout(() => {
        this.#retry();
      }, this.#backoff.next());
      return;
    }
    if (this.#unwritten.get(key) !== unwritten) return;
    this.#unwritten.delete(key);
    this.#onWritten.get(key)?.();
    this.#onWritten.delete(key);
    if (this.#unwritten.size > 0) return;
    this.#lastError = null;
    this.#backoff.reset();
  }

  #retry(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [key, unwritten] of this.#unwritten) if (unwritten.failed) this.#begin(key, unwritten);
  }
}
