import { DmError } from '../errors.js';
import { isTerminalStatus } from '../schemas/status.js';
import { ChangeFilter } from './change-filter.js';
import { PollLoop } from './poll-loop.js';
import type { PollPeriods } from './poll-periods.js';

export interface WatchedPollerOptions<T> {
  readonly list: (signal: AbortSignal) => Promise<readonly T[]>;
  readonly get: (key: string, signal: AbortSignal) => Promise<T>;
  readonly keyOf: (entry: T) => string;
  readonly emit: (entry: T) => void;
  readonly periods: PollPeriods;
  readonly onError: (error: unknown) => void;
}

/** Up to so many watched objects are asked for one by one; more than that share one list call, after which so many take turns. */
const DIRECT_LIMIT = 4;

/**
 * Follows objects with a life (jobs, DAQs, uploads): those that are watched and active at the fast period, the list of all at the slow one.
 */
export class WatchedPoller<T extends { readonly status: string }> {
  readonly changes: ChangeFilter<T>;
  readonly #options: WatchedPollerOptions<T>;
  readonly #watchers = new Map<string, number>();
  /** Keys in the order in which they were asked for. */
  readonly #turns = new Set<string>();
  /** Watched keys that DM doesn't know. */
  readonly #missing = new Set<string>();
  readonly #listLoop: PollLoop;
  readonly #watchLoop: PollLoop;
  #listing: Promise<readonly T[]> | undefined;

  constructor(options: WatchedPollerOptions<T>) {
    const { periods, onError } = options;
    this.#options = options;
    this.changes = new ChangeFilter(options.keyOf, options.emit);
    const maxBackoffMs = (): number => periods.maxBackoffMs;
    this.#listLoop = new PollLoop({
      run: async (signal) => {
        await this.#list(signal);
      },
      periodMs: () => (this.#isActive() ? periods.listMs : periods.idleListMs),
      maxBackoffMs,
      onError,
    });
    this.#watchLoop = new PollLoop({
      run: (signal) => this.#pollWatched(signal),
      periodMs: () => (this.#wanted().length > 0 ? periods.pollMs : null),
      maxBackoffMs,
      onError,
    });
  }

  start(): void {
    this.#listLoop.start();
    this.#watchLoop.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#listLoop.stop(), this.#watchLoop.stop()]);
  }

  /** The service answers again. */
  recover(): void {
    this.#listLoop.poke(true);
    this.#watchLoop.poke(true);
  }

  /** Poll now, unless it fails anyway. */
  poke(): void {
    this.#listLoop.poke();
    this.#watchLoop.poke();
  }

  reconsider(): void {
    this.#listLoop.reconsider();
    this.#watchLoop.reconsider();
  }

  watch(key: string): Disposable {
    this.#watchers.set(key, (this.#watchers.get(key) ?? 0) + 1);
    this.#missing.delete(key);
    this.#watchLoop.poke();
    this.#listLoop.reconsider();
    let disposed = false;
    return {
      [Symbol.dispose]: () => {
        if (disposed) return;
        disposed = true;
        const left = (this.#watchers.get(key) ?? 1) - 1;
        if (left > 0) this.#watchers.set(key, left);
        else {
          this.#watchers.delete(key);
          this.#turns.delete(key);
        }
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

  #wanted(): string[] {
    return [...this.#watchers.keys()].filter((key) => {
      const known = this.changes.get(key);
      return !this.#missing.has(key) && (known === undefined || !isTerminalStatus(known.status));
    });
  }

  /** The list of all, one call at a time whoever asks. Entries of watched objects are left to `#pollWatched`. */
  async #list(signal: AbortSignal): Promise<readonly T[]> {
    this.#listing ??= this.#takeList(signal).finally(() => {
      this.#listing = undefined;
    });
    return this.#listing;
  }

  async #takeList(signal: AbortSignal): Promise<readonly T[]> {
    this.changes.beginList();
    const entries = await this.#options.list(signal);
    this.changes.endList(entries, (key) => this.#watchers.has(key));
    return entries;
  }

  /** Those whose last turn is longest ago. */
  #nextOf(keys: readonly string[]): string[] {
    const waiting = new Set(keys);
    const asked = [...this.#turns].filter((key) => waiting.has(key));
    return [...keys.filter((key) => !this.#turns.has(key)), ...asked].slice(0, DIRECT_LIMIT);
  }

  async #pollWatched(signal: AbortSignal): Promise<void> {
    let wanted = this.#wanted();
    if (wanted.length > DIRECT_LIMIT) {
      const listed = new Map((await this.#list(signal)).map((entry) => [this.#options.keyOf(entry), entry]));
      const hasNews = (key: string): boolean => {
        const entry = listed.get(key);
        return entry === undefined || this.changes.differs(entry);
      };
      // The list shows the stage of a job but not how its processes get on.
      const running = wanted.filter((key) => !hasNews(key) && listed.get(key)?.status === 'running');
      wanted = [...wanted.filter(hasNews), ...this.#nextOf(running)];
    }
    let failure: unknown;
    const next = wanted.values();
    const work = async (): Promise<void> => {
      for (const key of next) {
        if (failure !== undefined) return;
        try {
          this.#turns.delete(key);
          if (this.#watchers.has(key)) this.#turns.add(key);
          const entry = await this.#options.get(key, signal);
          this.changes.replace(entry);
        } catch (error) {
          if (error instanceof DmError && error.code === 'DM_OBJECT_NOT_FOUND') this.#missing.add(key);
          else failure = error;
        }
      }
    };
    await Promise.all(Array.from({ length: DIRECT_LIMIT }, work));
    if (failure !== undefined) throw failure as Error;
  }
}
