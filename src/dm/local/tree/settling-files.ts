import type { TreeEntry } from './tree-messages.js';

interface Settling {
  entry: TreeEntry | undefined;
  sinceMs: number;
}

/** A file that was last written so long ago counts as complete at first sight, even if the clocks of two machines differ somewhat. */
const LONG_AGO_MS = 10_000;

const COARSE_CLOCK_MS = 1000;

/** Files that were seen and are watched until they stand still. `nowMs` is of a clock that is never set; `wallMs`, by default the same, is what files have. */
export class SettlingFiles {
  readonly #files = new Map<string, Settling>();
  readonly #quietTimeMs: number;
  readonly #read: (path: string) => TreeEntry | undefined;

  constructor(quietTimeMs: number, read: (path: string) => TreeEntry | undefined) {
    this.#quietTimeMs = quietTimeMs;
    this.#read = read;
  }

  get size(): number {
    return this.#files.size;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** @returns true when the file wasn't being watched yet */
  add(path: string, nowMs: number): boolean {
    if (this.#files.has(path)) return false;
    this.#files.set(path, { entry: undefined, sinceMs: nowMs });
    return true;
  }

  /** Look at every file that is due; those that stood still are complete, and neither they nor those that are gone are watched any longer. */
  poll(nowMs: number, wallMs = nowMs): { settled: TreeEntry[]; gone: string[] } {
    const settled: TreeEntry[] = [];
    const gone: string[] = [];
    for (const [path, file] of this.#files) {
      if (file.entry !== undefined && nowMs - file.sinceMs < this.#quietTimeMs) continue;
      const entry = this.#read(path);
      if (entry === undefined) gone.push(path);
      else if (this.#isComplete(file, entry, nowMs, wallMs)) settled.push(entry);
      else continue;
      this.#files.delete(path);
    }
    return { settled, gone };
  }

  #isComplete(file: Settling, entry: TreeEntry, nowMs: number, wallMs: number): boolean {
    const changedMs = Math.max(entry.mtimeMs, entry.ctimeMs);
    if (wallMs - changedMs > LONG_AGO_MS + this.#quietTimeMs) return true;
    if (isSame(file.entry, entry)) return nowMs - file.sinceMs >= standstillMs(entry, this.#quietTimeMs);
    file.entry = entry;
    file.sinceMs = nowMs;
    return false;
  }
}

/** Where the clock of files counts whole seconds, a file that is written again within one looks the same. */
function standstillMs({ ctimeMs }: TreeEntry, quietTimeMs: number): number {
  return ctimeMs % COARSE_CLOCK_MS === 0 ? Math.max(COARSE_CLOCK_MS, quietTimeMs) : quietTimeMs;
}

function isSame(before: TreeEntry | undefined, now: TreeEntry): boolean {
  return (
    before?.sizeBytes === now.sizeBytes &&
    before.mtimeMs === now.mtimeMs &&
    before.inode === now.inode &&
    before.ctimeMs === now.ctimeMs
  );
}
