import { ChangeFilter } from './change-filter.js';
import { budgetMs } from './list-budget.js';
import { PollLoop } from './poll-loop.js';
import type { PollPeriods } from './poll-periods.js';
import { Poller } from './poller.js';

export interface ListPollerOptions<T> {
  readonly list: (signal: AbortSignal) => Promise<readonly T[]>;
  readonly keyOf: (entry: T) => string;
  readonly emit: (entry: T) => void;
  readonly removed: (entry: T) => void;
  readonly periods: PollPeriods;
  readonly onError: (error: unknown) => void;
}

/** Follows things that change seldom (experiments, workflows) by their list. */
export class ListPoller<T extends object> extends Poller {
  readonly #options: ListPollerOptions<T>;
  readonly #changes: ChangeFilter<T>;

  constructor(options: ListPollerOptions<T>) {
    const changes = new ChangeFilter(options.keyOf, options.emit);
    let nSent = 0;
    const loop = new PollLoop({
      run: async (signal) => {
        const begun = changes.beginList();
        const entries = await options.list(signal);
        nSent = entries.length;
        for (const gone of await changes.takeWhole(entries, begun)) options.removed(gone);
      },
      periodMs: () => Math.max(options.periods.idleListMs, budgetMs(options.periods, nSent)),
      maxBackoffMs: () => options.periods.maxBackoffMs,
      onError: options.onError,
    });
    super(loop);
    this.#options = options;
    this.#changes = changes;
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
