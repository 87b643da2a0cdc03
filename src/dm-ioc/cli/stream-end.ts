/** By the state that ends a stream. */
const EXIT_CODES: Readonly<Record<string, number>> = { Done: 0, Failed: 1, Aborted: 1 };

/** Each PV arrives by itself: a stream has ended when the last word of each is there. */
export class StreamEnd {
  readonly #last = new Map<string, unknown>();

  /** Whether nothing follows a state. */
  static isIn(state: unknown): boolean {
    return EXIT_CODES[String(state)] !== undefined;
  }

  /** @param value of a record, or the state that a report shows */
  see(name: string, value: unknown): void {
    this.#last.set(name, value);
  }

  /** 0: Done, 1: Failed or Aborted; undefined: it goes on. */
  get exitCode(): number | undefined {
    const code = EXIT_CODES[String(this.#last.get('State'))];
    if (code === undefined || this.#last.get('Report') !== this.#last.get('State')) return undefined;
    return code === 0 || (this.#last.get('ErrorMessage') ?? '') !== '' ? code : undefined;
  }
}
