import type { TreeEntry, TreeError } from '../tree/tree-messages.js';
import { nowSeconds } from '../dm-time.js';
import { FileVersions } from './file-versions.js';
import { TransferErrors } from './transfer-errors.js';

const MAX_LOOKED = 1000;

/** One version of a file: other bytes come with another size, time or inode, or at least with another ctime, which nobody can set. */
export function signatureOf(file: { sizeBytes: number; mtimeMs: number; inode: number; ctimeMs: number }): string {
  return `${file.sizeBytes}:${file.mtimeMs}:${file.inode}:${file.ctimeMs}`;
}

/** The counters of a DAQ; nCompleted + nErrors + nWaiting = countFiles. */
export interface DaqCounts {
  readonly countFiles: number;
  readonly nCompletedFiles: number;
  readonly nWaitingFiles: number;
  readonly nProcessingErrors: number;
}

/** Every file of a DAQ's tree is in one of these: known (found at the start, or stored), waiting (seen, not stored yet), failed. Pure bookkeeping. */
export class DaqLedger {
  readonly errors = new TransferErrors();
  readonly #known = new FileVersions();
  /** Path -> since when, in Unix seconds; oldest first. */
  readonly #waiting = new Map<string, number>();
  /** Waiting files that are being copied, and in which version. */
  readonly #copying = new Map<string, string>();
  /** Paths that count as failed because the tree could not be read there. */
  #unreadable = new Set<string>();
  /** Complete versions to be copied, oldest first. */
  readonly #queue = new Map<string, TreeEntry>();
  #nStored = 0;

  get waiting(): number {
    return this.#waiting.size;
  }

  counts(): DaqCounts {
    return {
      countFiles: this.#nStored + this.#waiting.size + this.errors.size,
      nCompletedFiles: this.#nStored,
      nWaitingFiles: this.#waiting.size,
      nProcessingErrors: this.errors.size,
    };
  }

  know(path: string, signature: string, stored: boolean): void {
    if (this.#known.isStored(path) && !this.#waiting.has(path)) this.#nStored--;
    this.#known.set(path, signature, stored);
    if (stored) this.#nStored++;
  }

  isKnown(entry: TreeEntry): boolean {
    return !this.#waiting.has(entry.path) && this.#known.has(entry.path, signatureOf(entry));
  }

  /** A newer complete version waits to be copied. */
  isQueued(path: string): boolean {
    return this.#queue.has(path);
  }

  /** Waiting files that are not complete. */
  unsettled(): string[] {
    return [...this.#waiting.keys()].filter((path) => this.#isUnsettled(path));
  }

  /** The file that has waited longest to be complete, and since when; looked for among the oldest only. */
  oldestUnsettled(): { path: string; since: number } | undefined {
    let looked = 0;
    for (const [path, since] of this.#waiting) {
      if (this.#isUnsettled(path)) return { path, since };
      if (++looked >= MAX_LOOKED) return undefined;
    }
    return undefined;
  }

  /** Seen by the watcher or a scan, perhaps not complete yet. What is known in this version waits for nothing. */
  see(entry: TreeEntry): void {
    const { path } = entry;
    if (this.#waiting.has(path) || this.isKnown(entry)) return;
    this.#waiting.set(path, nowSeconds());
    this.errors.delete(path);
    if (this.#known.isStored(path)) this.#nStored--;
  }

  /** A complete version. @returns false when there is nothing to copy: it is the version that is known */
  complete(entry: TreeEntry): boolean {
    this.see(entry);
    const signature = signatureOf(entry);
    const copying = this.#copying.get(entry.path);
    if (copying === undefined && this.#known.has(entry.path, signature)) {
      this.#queue.delete(entry.path);
      this.settle(entry.path);
      return false;
    }
    if (copying !== signature) this.#queue.set(entry.path, entry);
    return true;
  }

  /** Up to `limit` complete files that are not being copied just now. */
  takeQueued(limit: number): TreeEntry[] {
    const taken: TreeEntry[] = [];
    for (const [path, entry] of this.#queue) {
      if (taken.length >= limit) break;
      if (this.#copying.has(path)) continue;
      taken.push(entry);
    }
    return taken;
  }

  begin(batch: readonly TreeEntry[]): void {
    for (const entry of batch) {
      this.#queue.delete(entry.path);
      this.#copying.set(entry.path, signatureOf(entry));
    }
  }

  /** The copy of a file has ended, one way or the other. */
  end(path: string): void {
    this.#copying.delete(path);
  }

  /** The file needs nothing more for now: it is stored, gone or failed. @returns false while a newer version is still queued */
  settle(path: string): boolean {
    if (this.#queue.has(path) || !this.#waiting.delete(path)) return false;
    if (this.#known.isStored(path)) this.#nStored++;
    return true;
  }

  stored(path: string, signature: string): void {
    const queued = this.#queue.get(path);
    if (queued !== undefined && signatureOf(queued) === signature) this.#queue.delete(path);
    if (this.#waiting.has(path)) {
      // `see` has taken it off the count, `settle` puts it back.
      this.#known.set(path, signature, true);
    } else this.know(path, signature, true);
  }

  fail(path: string, message: string): void {
    this.#queue.delete(path);
    if (this.#waiting.delete(path)) {
      // A version that was stored earlier stays stored, but the file now counts as failed, and a scan finds it again.
      this.#known.delete(path);
    }
    this.errors.set(path, message);
  }

  /** All that can't be read of the tree now; what could not be read before and can be now is no error any more. */
  unreadable(errors: readonly TreeError[]): void {
    const before = this.#unreadable;
    this.#unreadable = new Set(errors.map(({ path }) => path));
    for (const path of before) if (!this.#unreadable.has(path)) this.errors.delete(path);
    for (const { path, message } of errors) this.fail(path, message);
  }

  #isUnsettled(path: string): boolean {
    return !this.#queue.has(path) && !this.#copying.has(path);
  }
}
