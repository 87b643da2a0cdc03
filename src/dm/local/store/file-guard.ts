import { statSync, type BigIntStats } from 'node:fs';

/** Which file a path leads to, and (of a file that only its owner changes) in which state. */
type Identity = string | undefined;

/**
 * Notices when somebody else deletes, replaces or overwrites the database: SQLite goes on with the file that it opened, and what is written then is gone
 * after a restart. The file itself is never opened for that: closing it again would give up SQLite's lock.
 */
export class FileGuard {
  readonly #file: string;
  readonly #log: string;
  readonly #fileInode: Identity;
  #fileVersion: Identity;
  #logInode: Identity;

  constructor(file: string) {
    this.#file = file;
    this.#log = `${file}-wal`;
    this.#fileInode = identity(file, inodeOf);
    this.note();
  }

  /** The file's owner has just written. Another file than before, or none, is no work of its owner, and stays a problem. */
  note(): void {
    if (identity(this.#file, inodeOf) === this.#fileInode) this.#fileVersion = identity(this.#file, versionOf);
    this.#logInode ??= identity(this.#log, inodeOf);
  }

  /** @returns what is wrong and what to do, in words; null while the file is as it was noted */
  problem(): string | null {
    const now = identity(this.#file, versionOf);
    const log = identity(this.#log, inodeOf);
    if (now === this.#fileVersion && log === this.#logInode) return null;
    const what =
      now === undefined
        ? `${this.#file} is gone`
        : now !== this.#fileVersion
          ? `${this.#file} was changed by another program`
          : `${this.#log} was removed or replaced`;
    return `The database ${what} while the engine uses it, so nothing more is written; stop dm-ioc, put the file or a backup in its place (a backup without its -wal) and start again.`;
  }
}

function identity(path: string, of: (status: BigIntStats) => string): Identity {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  return status === undefined ? undefined : of(status);
}

function inodeOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** In WAL mode the file changes only when its owner moves the log's pages into it. */
function versionOf(status: BigIntStats): string {
  return `${inodeOf(status)}:${status.size}:${status.mtimeNs}`;
}
