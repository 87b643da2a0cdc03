import { shellPattern } from '../tree/shell-pattern.js';

/** A pattern of absolute paths as Python's glob reads it: each part between slashes is a shell pattern, and `**` stands for any number of directories. */
export class PathPattern {
  /** The directory that everything which can match lies in. */
  readonly base: string;
  readonly #parts: readonly (RegExp | '**')[];

  /** @param directory taken as it is, whatever characters it has @param pattern relative to it, or absolute */
  constructor(directory: string, pattern: string) {
    const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
    const firstMagic = parts.slice(0, -1).findIndex((part) => /[*?[]/u.test(part));
    const plain = parts.slice(0, firstMagic < 0 ? -1 : firstMagic);
    const root = pattern.startsWith('/') ? '' : directory.replace(/\/+$/u, '');
    this.base = [root, ...plain].join('/') || '/';
    this.#parts = parts.slice(plain.length).map((part) => (part === '**' ? part : shellPattern(part)));
  }

  /** @param path relative to `base` */
  matches(path: string): boolean {
    // The parts that the next name may belong to, so that many `**` don't try every way there is.
    let open = this.#withSkipped([0]);
    for (const name of path.split('/')) {
      const next = open.flatMap((at) => {
        const part = this.#parts[at];
        if (part === '**') return [at];
        return part?.test(name) === true ? [at + 1] : [];
      });
      open = this.#withSkipped(next);
    }
    return open.includes(this.#parts.length);
  }

  /** `**` may stand for no directory at all. */
  #withSkipped(open: readonly number[]): number[] {
    const all = new Set(open);
    for (const at of all) if (this.#parts[at] === '**') all.add(at + 1);
    return [...all];
  }
}
