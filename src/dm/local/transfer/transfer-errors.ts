/** How many errors a DAQ or an upload tells one by one; all are counted. */
const MAX_LISTED = 100;

/** The files of a DAQ or upload that failed, by path. */
export class TransferErrors {
  readonly #messages = new Map<string, string>();

  get size(): number {
    return this.#messages.size;
  }

  set(path: string, message: string): void {
    this.#messages.set(path, message);
  }

  get(path: string): string | undefined {
    return this.#messages.get(path);
  }

  delete(path: string): void {
    this.#messages.delete(path);
  }

  /** The info's `processingErrors`: `path: message`, at most 100. */
  list(): string[] {
    const list: string[] = [];
    for (const [path, message] of this.#messages) {
      if (list.length >= MAX_LISTED) break;
      list.push(`${path}: ${message}`);
    }
    return list;
  }

  /** One line for the info's `errorMessage`. */
  summary(): string | undefined {
    const first = this.list()[0];
    if (first === undefined) return undefined;
    return this.size === 1 ? first : `${this.size} files failed; the first: ${first}`;
  }
}
