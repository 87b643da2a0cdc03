import { DmError } from '../errors.js';
import { isTerminalStatus } from '../schemas/status.js';
import { ASKED_STATUSES, type ActiveList } from './active-list.js';
import { ChangeFilter } from './change-filter.js';
import { budgetMs, PAGE } from './list-budget.js';
import type { Listed } from './listed.js';
import { PollLoop } from './poll-loop.js';
import type { PollPeriods } from './poll-periods.js';
import { Poller } from './poller.js';

export interface WatchedPollerOptions<T extends { readonly status: string }> {
  /** The newest `limit`, or all if DM can't be asked for less. */
  readonly newest: (limit: number, signal: AbortSignal) => Promise<Listed<T>>;
  readonly active: ActiveList<T>;
  readonly get: (key: string, signal: AbortSignal) => Promise<T>;
  readonly keyOf: (entry: T) => string;
  readonly emit: (entry: T) => void;
  readonly periods: PollPeriods;
  readonly onError: (error: unknown) => void;
}

/** So many objects are asked for at the same time. */
const AT_ONCE = 4;
/** In one poll so many take their turn; others wait for the next. */
const TURNS = 16;
/** Asked for again and again, to see what is new. */
const RECENT = 100;

/**
 * Follows objects with a life (jobs, DAQs, uploads) by three polls: each that is watched and active by itself at the fast period; the newest of
 * all at the slow ones; and, where these are too many to ask for often, the active ones, by a query if DM obeys it, else one by one.
 */
export class WatchedPoller<T extends { readonly status: string }> extends Poller {
  readonly changes: ChangeFilter<T>;
  readonly #options: WatchedPollerOptions<T>;
  readonly #watchers = new Map<string, number>();
  /** Keys in the order in which they were asked for. */
  readonly #turns = new Set<string>();
  /** Watched keys that DM doesn't know. */
  readonly #missing = new Set<string>();
  readonly #watchLoop: PollLoop;
  readonly #activeLoop: PollLoop;
  /** The last reading of the newest. */
  #last: { readonly isWhole: boolean; readonly nSent: number } | undefined;

  constructor(options: WatchedPollerOptions<T>) {
    const { periods, onError } = options;
    const maxBackoffMs = (): number => periods.maxBackoffMs;
    const newestLoop = new PollLoop({
      run: (signal) => this.#pollNewest(signal),
      periodMs: () => Math.max(this.#isNewestUrgent() ? periods.listMs : periods.idleListMs, this.#budgetMs()),
      maxBackoffMs,
      onError,
    });
    const activeLoop = new PollLoop({
      run: (signal) => this.#pollActive(signal),
      periodMs: () => (this.#isPartial() && this.#isActive() ? periods.listMs : null),
      maxBackoffMs,
      onError,
    });
    const watchLoop = new PollLoop({
      run: (signal) => this.#askEach(this.#nextOf(this.#wanted()), signal),
      periodMs: () => (this.#wanted().length > 0 ? periods.pollMs : null),
      maxBackoffMs,
      onError,
    });
    super(newestLoop, activeLoop, watchLoop);
    this.#options = options;
    this.#activeLoop = activeLoop;
    this.#watchLoop = watchLoop;
    this.changes = new ChangeFilter(options.keyOf, options.emit);
  }

  override restart(): void {
    // It may be another than before.
    this.#options.active.reset();
    super.restart();
  }

  watch(key: string): Disposable {
    this.#watchers.set(key, (this.#watchers.get(key) ?? 0) + 1);
    this.#missing.delete(key);
    this.reconsider();
    this.#watchLoop.poke();
    let disposed = false;
    return {
      [Symbol.dispose]: () => {
        if (disposed) return;
        disposed = true;
        const left = (this.#watchers.get(key) ?? 1) - 1;
        if (left > 0) this.#watchers.set(key, left);
        else this.#watchers.delete(key);
      },
    };
  }

  /** Take what another call has learnt. */
  observe(entry: T): void {
    this.changes.replace(entry);
    this.reconsider();
  }

  #isActive(): boolean {
    if (this.#wanted().length > 0) return true;
    for (const entry of this.changes.values()) if (!isTerminalStatus(entry.status)) return true;
    return false;
  }

  /** Something may begin or end, and the list of the newest is where that shows. */
  #isNewestUrgent(): boolean {
    return this.#isActive() && !(this.#isPartial() && this.#options.active.isObeyed);
  }

  #budgetMs(): number {
    return budgetMs(this.#options.periods, this.#last?.nSent ?? 0);
  }

  /** True when the newest are not all there is, or can't be asked for as often as the active ones should be. */
  #isPartial(): boolean {
    return this.#last?.isWhole === false || this.#budgetMs() > this.#options.periods.listMs;
  }

  #wanted(): string[] {
    return [...this.#watchers.keys()].filter((key) => {
      const known = this.changes.get(key);
      return !this.#missing.has(key) && (known === undefined || !isTerminalStatus(known.status));
    });
  }

  async #pollNewest(signal: AbortSignal): Promise<void> {
    const { newest, keyOf } = this.#options;
    const begun = this.changes.beginList();
    let listed = await newest(this.#last === undefined ? PAGE : RECENT, signal);
    const oldest = listed.entries.at(-1);
    const isGap = !listed.isWhole && oldest !== undefined && this.changes.get(keyOf(oldest)) === undefined;
    if (this.#last !== undefined && isGap) listed = await newest(PAGE, signal);
    this.#last = { isWhole: listed.isWhole, nSent: listed.nSent };
    const oldestFirst = [...listed.entries].reverse();
    if (listed.isWhole) await this.changes.takeWhole(oldestFirst, begun, this.#isWatched);
    else await this.changes.takeList(oldestFirst, begun, this.#isWatched);
    this.changes.prune(2 * PAGE, ({ status }, key) => isTerminalStatus(status) && !this.#watchers.has(key));
    this.reconsider();
    if (this.#isPartial()) this.#activeLoop.poke();
  }

  /** Those that nobody watches. One that is known as active and isn't among the active ones has gone on: what became of it is asked for. */
  async #pollActive(signal: AbortSignal): Promise<void> {
    if (!this.#isPartial()) return;
    const { active, keyOf } = this.#options;
    const begun = this.changes.beginList();
    const known = this.#activeKeys();
    const reading = await active.read(signal);
    const listed = new Set(reading?.entries.map(keyOf));
    if (reading !== null) await this.changes.takeList(reading.entries, begun, this.#isWatched);
    this.reconsider();
    if (reading?.isComplete === false) return;
    const left = this.#nextOf(known.filter((key) => !listed.has(key) && !this.#isWatched(key)));
    await this.#askEach(left, signal);
    if (reading === null) return;
    const statuses = left.map((key) => this.changes.get(key)?.status);
    const other = ASKED_STATUSES.find((status) => statuses.includes(status));
    if (other === undefined) return;
    active.refute(`asked for those ${other}, it left one out`);
    this.reconsider();
  }

  #activeKeys(): string[] {
    return [...this.changes.values()].filter(({ status }) => !isTerminalStatus(status)).map(this.#options.keyOf);
  }

  /** Entries of lists tell less of watched objects than the objects themselves. */
  readonly #isWatched = (key: string): boolean => this.#watchers.has(key);

  /** Those whose last turn is longest ago. */
  #nextOf(keys: readonly string[]): string[] {
    const waiting = new Set(keys);
    for (const key of this.#turns) if (!waiting.has(key) && !this.#isFollowed(key)) this.#turns.delete(key);
    const asked = [...this.#turns].filter((key) => waiting.has(key));
    return [...keys.filter((key) => !this.#turns.has(key)), ...asked].slice(0, TURNS);
  }

  #isFollowed(key: string): boolean {
    const known = this.changes.get(key);
    return known !== undefined && !isTerminalStatus(known.status);
  }

  async #askEach(keys: readonly string[], signal: AbortSignal): Promise<void> {
    let failure: unknown;
    const next = keys.values();
    const work = async (): Promise<void> => {
      for (const key of next) {
        if (failure !== undefined) return;
        this.#turns.delete(key);
        this.#turns.add(key);
        try {
          this.changes.replace(await this.#options.get(key, signal));
        } catch (error) {
          if (!(error instanceof DmError) || error.code !== 'DM_OBJECT_NOT_FOUND') failure = error;
          else if (this.#watchers.has(key)) this.#missing.add(key);
          else this.changes.delete(key);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (failure !== undefined) throw failure as Error;
  }
}
