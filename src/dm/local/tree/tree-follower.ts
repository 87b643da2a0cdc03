import type { DmLogger } from '../../logger.js';
import type { FileSelection } from './file-selection.js';
import type { TreeEntry, TreeError } from './tree-messages.js';
import type { TreeService, TreeWatchHandle } from './tree-service.js';

export interface TreeFollowerOptions {
  readonly tree: TreeService;
  readonly root: string;
  readonly selection: FileSelection;
  readonly quietTimeMs: number;
  readonly rescanPeriodMs: number;
  readonly log: DmLogger;
  /** Whether this version of a file needs no attention. */
  readonly isKnown: (entry: TreeEntry) => boolean;
  /** Files appeared or changed; each is `settled` or `gone` later. */
  readonly seen: (paths: readonly string[]) => void;
  /** Files are complete. */
  readonly settled: (entries: readonly TreeEntry[]) => void;
  readonly gone: (paths: readonly string[]) => void;
  /** After each reading of the tree: what couldn't be read; path '' when the root itself is missing. */
  readonly scanned: (errors: readonly TreeError[]) => void;
}

/** Reading the tree may take this part of the time at most. */
const SCAN_SHARE = 200;
const HEAD_START_MS_PER_FILE = 0.2;
const MAX_HEAD_START_MS = 2000;

/** Follows one tree: by the watcher's notices, and by reading it again now and then for what no notice tells. */
export class TreeFollower {
  readonly #options: TreeFollowerOptions;
  #watch: TreeWatchHandle | undefined;
  #rootInode: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watchFailed = false;
  #rescanning = true;
  #closed = false;

  constructor(options: TreeFollowerOptions) {
    this.#options = options;
  }

  /** Read the tree, then watch it, then read it again for what came in between. */
  begin(): void {
    const { tree, root, selection, quietTimeMs, log, seen, settled, gone } = this.#options;
    const watch = tree.open(root, selection, quietTimeMs, {
      watching: () => {
        this.#rescan();
      },
      seen,
      settled,
      gone,
      failed: (message) => {
        if (this.#watchFailed) return;
        this.#watchFailed = true;
        log.warn({ directory: root, message }, 'watching failed; the directory is read periodically instead');
      },
    });
    this.#watch = watch;
    let nUnknown = 0;
    this.scan(() => nUnknown++)
      .catch((error: unknown) => {
        log.warn({ directory: root, error }, 'reading the directory failed');
      })
      .finally(() => {
        // The watcher reads the whole tree by itself; the files that were found are copied first.
        if (this.#closed) return;
        this.#timer = setTimeout(
          () => {
            watch.watch();
            this.#schedule(this.#options.rescanPeriodMs);
          },
          Math.min(MAX_HEAD_START_MS, nUnknown * HEAD_START_MS_PER_FILE),
        );
      });
  }

  /** Read the tree; files whose version isn't known are settled. @param onUnknown is told each of them */
  async scan(onUnknown: (path: string) => void = () => undefined): Promise<void> {
    const { tree, root, selection, isKnown, seen, scanned } = this.#options;
    const { errors, rootInode } = await tree.scan(root, selection, (entries) => {
      if (this.#closed) return;
      const unknown = entries.filter((entry) => !isKnown(entry)).map(({ path }) => path);
      if (unknown.length === 0) return;
      seen(unknown);
      for (const path of unknown) onUnknown(path);
      this.#watch?.settle(unknown);
    });
    if (this.#closed) return;
    if (this.#rootInode !== undefined && rootInode !== undefined && rootInode !== this.#rootInode) {
      // The directory is another one now (removed and made anew, mounted): the watcher still looks at the old one.
      this.#watch?.close();
      this.begin();
    }
    this.#rootInode = rootInode ?? this.#rootInode ?? -1;
    scanned(errors);
  }

  settle(paths: readonly string[]): void {
    this.#watch?.settle(paths);
  }

  /** Read the tree no more by itself. */
  stopRescans(): void {
    this.#rescanning = false;
    clearTimeout(this.#timer);
  }

  close(): void {
    this.#closed = true;
    this.stopRescans();
    this.#watch?.close();
  }

  #rescan(): void {
    const began = performance.now();
    this.scan()
      .catch((error: unknown) => {
        this.#options.log.warn({ directory: this.#options.root, error }, 'reading the directory failed');
      })
      .finally(() => {
        this.#schedule(Math.max(this.#options.rescanPeriodMs, (performance.now() - began) * SCAN_SHARE));
      });
  }

  #schedule(pauseMs: number): void {
    if (!this.#rescanning) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#rescan();
    }, pauseMs);
  }
}
