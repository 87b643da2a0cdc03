import { openSync, readSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What was seen between two looks at the clock, which are made as often as the event loop allows. */
export interface TurnTimes {
  readonly p999Ms: number;
  readonly longestMs: number;
  /** For how long of the longest the thread was ready, but the machine ran others. */
  readonly starvedMs: number;
  /** The longest of those times without that of others. */
  readonly ownLongestMs: number;
  /** The most that the heap and what belongs to it took. */
  readonly heapMB: number;
}

/** Measures how long the event loop is kept from coming round: a histogram of every turn, and the longest gap between two timers of 1 ms. */
export class TurnProbe {
  readonly #histogram = monitorEventLoopDelay({ resolution: 1 });
  readonly #timer: NodeJS.Timeout;
  /** Linux counts how long the thread waited for a processor. */
  readonly #schedule = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  readonly #buffer = Buffer.alloc(100);
  #before = performance.now();
  #waitedMs = this.#readWaitedMs();
  #longestMs = 0;
  #starvedMs = 0;
  #ownLongestMs = 0;
  #heapBytes = 0;
  #turns = 0;

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => {
      this.#look();
      if (this.#turns++ % 100 === 0) this.#heapBytes = Math.max(this.#heapBytes, heapBytes());
    }, 1);
  }

  stop(): TurnTimes {
    clearInterval(this.#timer);
    this.#histogram.disable();
    this.#look();
    return {
      p999Ms: this.#histogram.percentile(99.9) / 1e6,
      longestMs: this.#longestMs,
      starvedMs: this.#starvedMs,
      ownLongestMs: this.#ownLongestMs,
      heapMB: this.#heapBytes / 1e6,
    };
  }

  #look(): void {
    const now = performance.now();
    const gapMs = now - this.#before;
    this.#before = now;
    const waitedMs = this.#readWaitedMs();
    const starvedMs = waitedMs - this.#waitedMs;
    this.#waitedMs = waitedMs;
    if (gapMs > this.#longestMs) {
      this.#longestMs = gapMs;
      this.#starvedMs = starvedMs;
    }
    this.#ownLongestMs = Math.max(this.#ownLongestMs, gapMs - starvedMs);
  }

  #readWaitedMs(): number {
    const length = readSync(this.#schedule, this.#buffer, 0, this.#buffer.length, 0);
    return Number(this.#buffer.toString('latin1', 0, length).split(' ')[1]) / 1e6;
  }
}

function heapBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
