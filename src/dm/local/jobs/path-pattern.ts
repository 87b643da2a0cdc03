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
    return this.#match(0, path.split('/'), 0);
  }

  #match(part: number, names: readonly string[], name: number): boolean {
    const pattern = this.#parts[part];
    const text = names[name];
    if (pattern === undefined) return text === undefined;
    if (pattern === '**')
      return this.#match(part + 1, names, name) || (text !== undefined && this.#match(part, names, name + 1));
    return text !== undefined && pattern.test(text) && this.#match(part + 1, names, name + 1);
  }
}
