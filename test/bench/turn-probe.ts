import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What was seen between two looks at the clock, which are made as often as the event loop allows. */
export interface TurnTimes {
  readonly p999Ms: number;
  readonly longestMs: number;
  /** The most that the heap and what belongs to it took. */
  readonly heapMB: number;
}

/** Measures how long the event loop is kept from coming round: a histogram of every turn, and the longest gap between two timers of 1 ms. */
export class TurnProbe {
  readonly #histogram = monitorEventLoopDelay({ resolution: 1 });
  readonly #timer: NodeJS.Timeout;
  #before = performance.now();
  #longestMs = 0;
  #heapBytes = 0;

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#longestMs = Math.max(this.#longestMs, now - this.#before);
      this.#before = now;
      if (Math.floor(now) % 100 === 0) this.#heapBytes = Math.max(this.#heapBytes, heapBytes());
    }, 1);
  }

  stop(): TurnTimes {
    clearInterval(this.#timer);
    this.#histogram.disable();
    const longestMs = Math.max(this.#longestMs, performance.now() - this.#before, this.#histogram.max / 1e6);
    return { p999Ms: this.#histogram.percentile(99.9) / 1e6, longestMs, heapMB: this.#heapBytes / 1e6 };
  }
}

function heapBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
