/** Measures from its making, whatever happens to the clock meanwhile. */
export class Elapsed {
  readonly #startMs = performance.now();

  /** Seconds until now, to the microsecond. */
  seconds(): number {
    return Math.round((performance.now() - this.#startMs) * 1000) / 1e6;
  }
}
