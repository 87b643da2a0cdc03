import { ChangeFilter } from './change-filter.js';
import { PollLoop } from './poll-loop.js';
import type { PollPeriods } from './poll-periods.js';

export interface ListPollerOptions<T> {
  readonly list: (signal: AbortSignal) => Promise<readonly T[]>;
  readonly keyOf: (entry: T) => string;
  readonly emit: (entry: T) => void;
  readonly removed: (entry: T) => void;
  readonly periods: PollPeriods;
  readonly onError: (error: unknown) => void;
}

/** Follows things that change seldom (experiments, workflows) by their list. */
export class ListPoller<T extends object> {
  readonly #options: ListPollerOptions<T>;
  readonly #changes: ChangeFilter<T>;
  readonly #loop: PollLoop;

  constructor(options: ListPollerOptions<T>) {
    this.#options = options;
    this.#changes = new ChangeFilter(options.keyOf, options.emit);
    this.#loop = new PollLoop({
      run: async (signal) => {
        this.#changes.beginList();
        for (const gone of this.#changes.endList(await options.list(signal))) options.removed(gone);
      },
      periodMs: () => options.periods.idleListMs,
      maxBackoffMs: () => options.periods.maxBackoffMs,
      onError: options.onError,
    });
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  recover(): void {
    this.#loop.poke(true);
  }

  /** Poll now, unless it fails anyway. */
  poke(): void {
    this.#loop.poke();
  }

  reconsider(): void {
    this.#loop.reconsider();
  }

  /** Take what another call has learnt. */
  observe(entry: T): void {
    this.#changes.replace(entry);
  }

  remove(key: string): void {
    const known = this.#changes.delete(key);
    if (known !== undefined) this.#options.removed(known);
  }
}
