export interface BackoffOptions {
  /** The first pause, in milliseconds. */
  readonly firstMs: () => number;
  /** The longest pause, in milliseconds; asked for each time, as an operator may change it. */
  readonly longestMs: () => number;
  /** Each pause is so many times the one before; default 2. */
  readonly factor?: number;
}

/** Up to so much of a pause is added by chance, so that many clients of a service that comes back don't ask it all at once. */
const JITTER = 0.25;

/** The pauses between attempts that fail: each longer than the one before, up to a longest one. */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Another attempt has failed. @returns the pause before the next, in milliseconds */
  next(): number {
    const { firstMs, longestMs, factor = 2 } = this.#options;
    const pauseMs = firstMs() * factor ** Math.min(this.#failures, 20);
    this.#failures += 1;
    return Math.min(pauseMs * withJitter(), longestMs());
  }

  /** An attempt has succeeded. */
  reset(): void {
    this.#failures = 0;
  }
}

function withJitter(): number {
  return 1 + JITTER * Math.random();
}
