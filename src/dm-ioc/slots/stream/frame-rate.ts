/** The rate is that of so long, or of the last two frames when they are farther apart. */
const WINDOW_MS = 2000;

/** How many frames a second there are now. Times are in ms, of whatever clock. */
export class FrameRate {
  #times: number[] = [];

  /** A frame has come. */
  count(nowMs: number): void {
    this.#times.push(nowMs);
    while (this.#times.length > 2 && nowMs - (this.#times[0] ?? 0) > WINDOW_MS) this.#times.shift();
  }

  reset(): void {
    this.#times = [];
  }

  /** Per second; 0 when none has come for longer than twice the time between the last two. */
  at(nowMs: number): number {
    const [first = 0] = this.#times;
    const [before, last] = this.#times.slice(-2);
    if (before === undefined || last === undefined || last === first) return 0;
    if (nowMs - last > Math.max(WINDOW_MS, 2 * (last - before))) return 0;
    return ((this.#times.length - 1) / (last - first)) * 1000;
  }
}
