/**
 * Joins the signals and the time limit of one call. Used instead of `AbortSignal.any` and `AbortSignal.timeout`, which keep memory and timers
 * for as long as the longest-lived of their sources.
 */
export class CallLimit {
  readonly #controller = new AbortController();
  readonly #sources: readonly AbortSignal[];
  readonly #timer: NodeJS.Timeout;
  #timedOut = false;
  readonly #abort = (): void => {
    this.#controller.abort();
  };

  constructor(timeoutMs: number, sources: readonly (AbortSignal | undefined)[]) {
    this.#sources = sources.filter((source) => source !== undefined);
    for (const source of this.#sources) {
      if (source.aborted) this.#abort();
      else source.addEventListener('abort', this.#abort, { once: true });
    }
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.#abort();
    }, timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get timedOut(): boolean {
    return this.#timedOut;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const source of this.#sources) source.removeEventListener('abort', this.#abort);
  }
}
