import { DmInvalidArgumentError } from '../../errors.js';

/** Reads a pattern character by character. */
export class PatternReader {
  readonly #characters: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  get position(): number {
    return this.#at;
  }

  /** Read again from there. */
  seek(position: number): void {
    this.#at = position;
  }

  /** What was read from there on. */
  since(position: number): string {
    return this.#characters.slice(position, this.#at).join('');
  }

  /** The next character; undefined at the end. */
  peek(): string | undefined {
    return this.#characters[this.#at];
  }

  next(): string | undefined {
    return this.#characters[this.#at++];
  }

  /** Take a text if it is what comes next. */
  take(text: string): boolean {
    const end = this.#at + text.length;
    if (this.#characters.slice(this.#at, end).join('') !== text) return false;
    this.#at = end;
    return true;
  }

  /** As many of some characters as come next, up to a number. */
  takeWhile(allowed: RegExp, most = Infinity): string {
    let taken = '';
    for (let next = this.peek(); next !== undefined && allowed.test(next) && taken.length < most; next = this.peek()) {
      taken += next;
      this.#at++;
    }
    return taken;
  }

  /** A name before an end mark, which is taken, too. */
  takeName(end: string): string {
    const start = this.#at;
    const name = this.takeWhile(end === ')' ? /[^)]/u : /[^>]/u);
    if (name === '') this.fail('missing group name', start);
    if (!this.take(end)) this.fail(`missing ${end}, unterminated name`, start);
    return name;
  }

  /** @throws DmInvalidArgumentError with Python's words */
  fail(reason: string, position = this.#at): never {
    throw new DmInvalidArgumentError(`${reason} at position ${position}`);
  }
}
