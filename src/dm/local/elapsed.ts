/** Measures from its making, whatever happens to the clock meanwhile. */
export class Elapsed {
  readonly #startMs: number;

  /** @param beforeS seconds that have passed already */
  constructor(beforeS = 0) {
    this.#startMs = performance.now() - beforeS * 1000;
  }

  /** Seconds until now, to the microsecond. */
  seconds(): number {
    return Math.round((performance.now() - this.#startMs) * 1000) / 1e6;
  }
}
