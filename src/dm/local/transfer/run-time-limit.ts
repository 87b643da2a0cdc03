import { nowSeconds } from '../dm-time.js';

const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls back at a time that may be weeks away. */
export class RunTimeLimit {
  #timer: NodeJS.Timeout | undefined;

  /** @param time Unix seconds; at once when it has passed */
  set(time: number, callback: () => void): void {
    const remainingMs = (time - nowSeconds()) * 1000;
    this.#timer = setTimeout(
      () => {
        if (remainingMs > MAX_TIMER_MS) this.set(time, callback);
        else callback();
      },
      Math.min(Math.max(0, remainingMs), MAX_TIMER_MS),
    );
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
