export interface PollLoopOptions {
  /** One poll. The signal aborts when the loop stops. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Pause from the start of one poll to the start of the next; null while there is nothing to poll. */
  readonly periodMs: () => number | null;
  readonly maxBackoffMs: () => number;
  readonly onError: (error: unknown) => void;
}

const FIRST_BACKOFF_MS = 250;

/**
 * Repeats one kind of poll, never two at once. A slow poll is followed by a pause as long as itself, failures by pauses that double.
 */
export class PollLoop {
  readonly #options: PollLoopOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #failures = 0;
  #poked = true;
  #wake: (() => void) | undefined;

  constructor(options: PollLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#loop();
  }

  /** Poll as soon as the one that runs has ended. While failing, only `force` cuts the pause short. */
  poke(force = false): void {
    if (this.#failures > 0 && !force) return;
    this.#poked = true;
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
      this.#poked = false;
      startedMs = performance.now();
      try {
        await this.#options.run(signal);
        this.#failures = 0;
      } catch (error) {
        if (this.#isStopping()) return;
        this.#failures += 1;
        this.#options.onError(error);
      }
      tookMs = performance.now() - startedMs;
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #pauseMs(startedMs: number, tookMs: number): number {
    if (this.#poked) return 0;
    const period = this.#options.periodMs();
    const sinceMs = performance.now() - startedMs;
    if (this.#failures > 0) {
      const backoffMs = Math.max(period ?? 0, FIRST_BACKOFF_MS * 2 ** Math.min(this.#failures, 20));
      return tookMs + Math.min(backoffMs, this.#options.maxBackoffMs()) - sinceMs;
    }
    return period === null ? Infinity : Math.max(period, 2 * tookMs) - sinceMs;
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
