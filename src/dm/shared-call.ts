/** Joins those who ask for the same thing while it is under way: however many they are, it is asked for once. */
export class SharedCall<T> {
  #running: Promise<T> | undefined;

  /** @returns what the call that is under way answers, or else a new one */
  run(call: () => Promise<T>): Promise<T> {
    this.#running ??= call().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }
}
