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
  /** Files that were `seen` and neither `settled` nor `gone` since. */
  readonly unsettled: () => readonly string[];
  /** Files appeared or changed; each is `settled` or `gone` later. */
  readonly seen: (entries: readonly TreeEntry[]) => void;
  /** Files are complete. */
  readonly settled: (entries: readonly TreeEntry[]) => void;
  readonly gone: (paths: readonly string[]) => void;
  /** Resolves when more may be `seen` of a tree that is being read. */
  readonly room: () => Promise<void>;
  /** After each reading of the tree: everything that can't be read; path '' when the root itself is missing. */
  readonly scanned: (errors: readonly TreeError[]) => void;
}

/** Reading the tree may take this part of the time at most. */
const SCAN_SHARE = 200;
/** Before a tree thread that failed is replaced. */
const REVIVAL_PAUSE_MS = 500;
const MISSING = 'missing';
/** A root that is missing is looked for so often. */
const MISSING_PERIOD_MS = 1000;
const HEAD_START_MS_PER_FILE = 0.2;
const MAX_HEAD_START_MS = 2000;

/** Follows one tree: by the watcher's notices, and by reading it again now and then for what no notice tells. */
export class TreeFollower {
  readonly #options: TreeFollowerOptions;
  #watch: TreeWatchHandle | undefined;
  #rootIdentity: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watchFailed = false;
  /** False: only what was seen still is to be settled. */
  #following = true;
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
      rootGone: () => {
        this.#rootIdentity = MISSING;
        this.#schedule(0);
      },
      seen,
      settled,
      gone,
      failed: (message) => {
        if (this.#watchFailed) return;
        this.#watchFailed = true;
        log.warn({ directory: root, message }, 'watching failed; the directory is read periodically instead');
      },
      lost: (message) => {
        log.error({ directory: root, message }, 'following the directory failed; it is begun anew');
        this.#watch = undefined;
        this.#schedule(REVIVAL_PAUSE_MS);
      },
    });
    this.#watch = watch;
    watch.settle(this.#options.unsettled());
    let nUnknown = 0;
    this.scan(() => nUnknown++)
      .catch((error: unknown) => {
        log.warn({ directory: root, error }, 'reading the directory failed');
      })
      .finally(() => {
        // The watcher reads the whole tree by itself; the files that were found are copied first.
        if (!this.#following || this.#watch !== watch) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(
          () => {
            watch.watch();
            this.#schedule(this.#options.rescanPeriodMs);
          },
          Math.min(MAX_HEAD_START_MS, nUnknown * HEAD_START_MS_PER_FILE),
        );
      });
  }

  /** Read the tree; files whose version isn't known are settled. @param onUnknown is told each of them @returns what can't be read */
  async scan(onUnknown: (path: string) => void = () => undefined): Promise<readonly TreeError[]> {
    const { tree, root, selection, isKnown, seen, room, scanned } = this.#options;
    const { errors, rootIdentity = MISSING } = await tree.scan(root, selection, async (entries) => {
      if (this.#closed) return;
      const unknown = entries.filter((entry) => !isKnown(entry));
      if (unknown.length === 0) return;
      seen(unknown);
      const paths = unknown.map(({ path }) => path);
      for (const path of paths) onUnknown(path);
      this.#watch?.settle(paths);
      await room();
    });
    if (this.#closed) return errors;
    const before = this.#rootIdentity;
    this.#rootIdentity = rootIdentity;
    if (before !== undefined && rootIdentity !== before && rootIdentity !== MISSING) {
      // The directory is another one now (removed and made anew, mounted): the watcher still looks at the old one.
      this.#watch?.close();
      this.begin();
    }
    scanned(errors);
    return errors;
  }

  settle(paths: readonly string[]): void {
    this.#watch?.settle(paths);
  }

  /** Take nothing new unless `scan` is called; what was seen still is settled. */
  stopFollowing(): void {
    this.#following = false;
    clearTimeout(this.#timer);
    this.#watch?.unwatch();
  }

  close(): void {
    this.#closed = true;
    this.#following = false;
    clearTimeout(this.#timer);
    this.#watch?.close();
  }

  #rescan(): void {
    if (this.#watch === undefined) {
      this.begin();
      return;
    }
    const began = performance.now();
    this.scan()
      .catch((error: unknown) => {
        this.#options.log.warn({ directory: this.#options.root, error }, 'reading the directory failed');
      })
      .finally(() => {
        const restMs = Math.max(this.#options.rescanPeriodMs, (performance.now() - began) * SCAN_SHARE);
        if (this.#watch === undefined) this.#schedule(REVIVAL_PAUSE_MS);
        else this.#schedule(this.#rootIdentity === MISSING ? Math.min(MISSING_PERIOD_MS, restMs) : restMs);
      });
  }

  #schedule(pauseMs: number): void {
    if (this.#closed || (!this.#following && this.#watch !== undefined)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#rescan();
    }, pauseMs);
  }
}
