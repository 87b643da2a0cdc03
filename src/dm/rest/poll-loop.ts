import { Backoff } from '../backoff.js';

export interface PollLoopOptions {
  /** One poll. The signal aborts when the loop stops or begins anew. */
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
  #isStopping = false;
  #current = new AbortController();
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

  /** Give up the poll that runs, and poll at once: its service was away, so that its answer may never come. */
  restart(): void {
    this.poke(true);
    this.#current.abort();
  }

  /** Think again about the pause: the period has changed. */
  reconsider(): void {
    this.#wake?.();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#current.abort();
    this.#wake?.();
    await this.#running;
  }

  async #loop(): Promise<void> {
    let startedMs = 0;
    let tookMs = 0;
    while (!this.#isOver()) {
      const pauseMs = this.#pauseMs(startedMs, tookMs);
      if (pauseMs > 0) {
        await this.#sleep(pauseMs);
        continue;
      }
      this.#isPoked = false;
      this.#isForced = false;
      this.#current = new AbortController();
      startedMs = performance.now();
      try {
        await this.#options.run(this.#current.signal);
        this.#backoff.reset();
      } catch (error) {
        if (this.#current.signal.aborted) continue;
        this.#backoffMs = this.#backoff.next();
        this.#options.onError(error);
      }
      tookMs = performance.now() - startedMs;
    }
  }

  #isOver(): boolean {
    return this.#isStopping;
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
      if (this.#isStopping) this.#wake();
    });
    this.#wake = undefined;
  }
}
