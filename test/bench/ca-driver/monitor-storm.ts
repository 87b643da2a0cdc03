import type { CaClient } from 'node-epics-ca';
import { spreadOf, type Spread } from './spread.js';

export interface MonitorStorm {
  readonly updates: number;
  /** From the first to the last update. */
  readonly updatesPerSecond: number;
  readonly updatesPerPv: Spread;
  /** PVs that had no update but their first. */
  readonly starvedPvs: number;
  /** The longest time that a PV was silent between two updates. */
  readonly longestGapMs: Spread;
  /** Updates that the client itself lost because it was not fast enough: it was the bottleneck unless 0. */
  readonly squashed: number;
  /** PVs whose newest value is the last that the server posted; `null` when that was not said. */
  readonly pvsWithLastValue: number | null;
}

interface Followed {
  updates: number;
  lastValue: unknown;
  lastMs: number;
  longestGapMs: number;
  squashed: number;
}

const QUEUE_SIZE = 10_000;
const LAST_VALUE_TIMEOUT_MS = 3000;
const LOOK_AGAIN_MS = 20;

/** Follows many PVs at once, and counts. */
export class StormWatch {
  readonly #followed: Followed[] = [];
  readonly #stop = new AbortController();
  readonly #loops: Promise<void>[] = [];
  #firstMs = 0;
  #lastMs = 0;

  /** Resolves when every PV has told its first value, which doesn't count. */
  static async start(client: CaClient, names: readonly string[]): Promise<StormWatch> {
    const watch = new StormWatch();
    await Promise.all(names.map((name) => watch.#follow(client, name)));
    return watch;
  }

  /** @param last the last value that the server posted; it is waited for, up to 3 s */
  async finish(last?: number): Promise<MonitorStorm> {
    const withLast = (): number => this.#followed.filter(({ lastValue }) => lastValue === last).length;
    const giveUpMs = performance.now() + LAST_VALUE_TIMEOUT_MS;
    while (last !== undefined && withLast() < this.#followed.length && performance.now() < giveUpMs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    this.#stop.abort();
    await Promise.all(this.#loops);
    const updates = this.#followed.reduce((sum, pv) => sum + pv.updates, 0);
    return {
      updates,
      updatesPerSecond: updates === 0 ? 0 : (updates / (this.#lastMs - this.#firstMs)) * 1000,
      updatesPerPv: spreadOf(this.#followed.map((pv) => pv.updates)),
      starvedPvs: this.#followed.filter((pv) => pv.updates === 0).length,
      longestGapMs: spreadOf(this.#followed.map((pv) => pv.longestGapMs)),
      squashed: this.#followed.reduce((sum, pv) => sum + pv.squashed, 0),
      pvsWithLastValue: last === undefined ? null : withLast(),
    };
  }

  async #follow(client: CaClient, name: string): Promise<void> {
    const { signal } = this.#stop;
    const monitor = client.monitor(name, { queueSize: QUEUE_SIZE, signal, timeoutMs: 10_000 });
    await monitor.next();
    const pv: Followed = { updates: 0, lastValue: undefined, lastMs: 0, longestGapMs: 0, squashed: 0 };
    this.#followed.push(pv);
    const loop = async (): Promise<void> => {
      try {
        for await (const update of monitor) {
          if (update.connected) this.#count(pv, update.value);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        pv.squashed = monitor.squashed;
      }
    };
    this.#loops.push(loop());
  }

  #count(pv: Followed, value: unknown): void {
    const nowMs = performance.now();
    if (this.#firstMs === 0) this.#firstMs = nowMs;
    this.#lastMs = nowMs;
    if (pv.updates > 0) pv.longestGapMs = Math.max(pv.longestGapMs, nowMs - pv.lastMs);
    pv.updates += 1;
    pv.lastValue = value;
    pv.lastMs = nowMs;
  }
}
