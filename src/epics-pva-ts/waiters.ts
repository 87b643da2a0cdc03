import { pvxs } from 'node-pvxs';

/** Those who wait for something to happen: they keep the process running. */
export class Waiters {
  #wakes: (() => void)[] = [];

  /** Until the next {@link Waiters.wake}. */
  async wait(): Promise<void> {
    pvxs.retainLoop();
    await new Promise<void>((resolve) => {
      this.#wakes.push(resolve);
    });
    pvxs.releaseLoop();
  }

  /** All go on, in the order in which they came. */
  wake(): void {
    const wakes = this.#wakes;
    this.#wakes = [];
    for (const wake of wakes) wake();
  }
}
