import { Backoff } from '../backoff.js';

export interface PollLoopOptions {
  /** One poll. The signal aborts when the loop stops. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Pause from the start of one poll to the start of the next; null while there is nothing to poll. */
  readonly periodMs: () => number | null;
  readonly maxBackoffMs: () => number;
  readonly onError: (error: unknown) => void;
}

const FIRST_BACKOFF_MS = 500;

/**
 * Repeats one kind of poll, never two at once. A poll is followed by a pause at least as long as itself, failures by pauses that double.
 */
export class PollLoop {
  readonly #options: PollLoopOptions;
  readonly #stopping = new AbortController();
  readonly #backoff: Backoff;
  #backoffMs = 0;
  #running: Promise<void> | undefined;
  #isPoked = true;
  #isForced = false;
  #wake: (() => void) | undefined;

  constructor(options: PollLoopOptions) {
    this.#options = options;
    this.#backoff = new Backoff({
      firstMs: () => Math.max(options.periodMs() ?? 0, FIRST_BACKOFF_MS),
      longestMs: options.maxBackoffMs,
    });
  }

  start(): void {
    this.#running ??= this.#loop();
  }

  /** Poll without waiting for the period. The rest after a slow poll stays, and so does the pause after a failure, unless `force` says otherwise. */
  poke(force = false): void {
    if (this.#backoff.isFailing && !force) return;
    this.#isPoked = true;
    this.#isForced ||= force;
    this.#wake?.();
  }

  /** Think again about the pause: the period has changed. */
  reconsider(): void {
    this.#wake?.();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake?.();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    let startedMs = 0;
    let tookMs = 0;
    while (!this.#isStopping()) {
      const pauseMs = this.#pauseMs(startedMs, tookMs);
      if (pauseMs > 0) {
        await this.#sleep(pauseMs);
        continue;
      }
      this.#isPoked = false;
      this.#isForced = false;
      startedMs = performance.now();
      try {
        await this.#options.run(signal);
        this.#backoff.reset();
      } catch (error) {
        if (this.#isStopping()) return;
        this.#backoffMs = this.#backoff.next();
        this.#options.onError(error);
      }
      tookMs = performance.now() - startedMs;
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #pauseMs(startedMs: number, tookMs: number): number {
    if (this.#isForced) return 0;
    const restMs = 2 * tookMs - (performance.now() - startedMs);
    if (this.#isPoked) return restMs;
    const sinceEndMs = performance.now() - startedMs - tookMs;
    if (this.#backoff.isFailing) {
      return Math.max(Math.min(this.#backoffMs, this.#options.maxBackoffMs()) - sinceEndMs, restMs);
    }
    const period = this.#options.periodMs();
    return period === null ? Infinity : Math.max(period - tookMs - sinceEndMs, restMs);
  }

  async #sleep(pauseMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = Number.isFinite(pauseMs) ? setTimeout(resolve, Math.min(pauseMs, 2 ** 31 - 1)) : undefined;
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stopping.signal.aborted) this.#wake();
    });
    this.#wake = undefined;
  }
}
