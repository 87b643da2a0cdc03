import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const SYMBOLIC_LINK = 'leads through a symbolic link, which could leave its directory';

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Directories below a root, checked to lie there really: no symbolic link on the way. Remembers what it checked. */
export class ConfinedDirectory {
  readonly #root: string;
  readonly #checked = new Set<string>();
  /** Directories whose entries changed because a directory was created in them. */
  readonly changed = new Set<string>();

  /** @param root a real path */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Create the directory of a relative file path.
   * @param modeOf the permissions of a directory that is made, by its path relative to the root @returns its absolute path
   */
  create(relativeFile: string, modeOf: (relativeDirectory: string) => number): string {
    const relativeDirectory = dirname(relativeFile);
    if (relativeDirectory === '.') return this.#root;
    const directory = join(this.#root, relativeDirectory);
    if (this.#checked.has(directory)) return directory;
    let current = this.#root;
    for (const segment of relativeDirectory.split('/')) {
      const parent = current;
      current = join(current, segment);
      if (this.#checked.has(current)) continue;
      try {
        mkdirSync(current, modeOf(relative(this.#root, current)));
        this.changed.add(parent);
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
        const status = lstatSync(current);
        if (status.isSymbolicLink()) throw new Error(`${current} ${SYMBOLIC_LINK}`, { cause: error });
        if (!status.isDirectory())
          throw new Error(`${current} is a file where a directory is needed`, { cause: error });
      }
      this.#checked.add(current);
    }
    return directory;
  }

  /** Check that the directory of an existing relative file path lies below the root. @throws Error ENOENT, or with a message */
  check(relativeFile: string): void {
    const directory = join(this.#root, dirname(relativeFile));
    if (this.#checked.has(directory)) return;
    const real = realpathSync(directory);
    if (real !== directory && !`${real}${sep}`.startsWith(`${this.#root}${sep}`)) {
      throw new Error(`${directory} ${SYMBOLIC_LINK}`);
    }
    this.#checked.add(directory);
  }
}
