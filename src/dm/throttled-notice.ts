/** Calls back at once, then at most once per period while more is announced; the last announcement always gets its call. */
export class ThrottledNotice {
  readonly #periodMs: number;
  readonly #call: () => void;
  #timer: NodeJS.Timeout | undefined;
  #again = false;

  constructor(periodMs: number, call: () => void) {
    this.#periodMs = periodMs;
    this.#call = call;
  }

  announce(): void {
    if (this.#timer !== undefined) {
      this.#again = true;
      return;
    }
    this.#call();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#again) {
        this.#again = false;
        this.announce();
      }
    }, this.#periodMs);
  }

  /** Whether something was announced that hasn't got its call. */
  get isWaiting(): boolean {
    return this.#again;
  }

  /** Call now, whatever was announced before. */
  flush(): void {
    this.cancel();
    this.#call();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#again = false;
  }
}
