import { existsSync, readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { compileSelection, type CompiledSelection } from './file-selection.js';
import { treeEntry } from './scan-tree.js';
import { SettlingFiles } from './settling-files.js';
import type { TreeEntry, TreeReply, TreeRequest } from './tree-messages.js';
import { errorText } from '../../error-text.js';

type OpenRequest = Extract<TreeRequest, { kind: 'open' }>;

/** What one message tells of, so that taking it never keeps the main thread for long. */
const MESSAGE_ENTRIES = 250;
/** The files of a new directory are read at once, and again after this time: until then it may not be watched. */
const NEW_DIRECTORY_PAUSE_MS = 200;

/** One tree in the tree thread: what the watcher tells, and what it is asked to settle, is reported once complete. */
export class TreeWatch {
  readonly #request: OpenRequest;
  readonly #selection: CompiledSelection;
  readonly #settling: SettlingFiles;
  readonly #post: (reply: TreeReply) => void;
  #watcher: FSWatcher | undefined;
  #watching = false;
  #seen: TreeEntry[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(request: OpenRequest, post: (reply: TreeReply) => void) {
    this.#request = request;
    this.#post = post;
    this.#selection = compileSelection(request.selection);
    this.#settling = new SettlingFiles(request.quietTimeMs, (path) => treeEntry(request.root, path));
  }

  /** Directories are watched, and tell of their files: a watch for each file would cost memory, and systems limit their number. */
  watch(): void {
    const { id, root } = this.#request;
    const watcher = watch(root, {
      ignoreInitial: true,
      followSymlinks: false,
      ignorePermissionErrors: true,
      atomic: false,
      ignored: (path, status) =>
        status !== undefined && (!status.isDirectory() || !this.#selection.entersDirectory(relative(root, path))),
    });
    this.#watcher = watcher;
    this.#watching = true;
    watcher.on('raw', (_event, name, details) => {
      const { watchedPath } = details as { watchedPath?: string };
      // Linux gives every name.
      if (watchedPath === undefined || (name as string | null) === null) return;
      this.#take(relative(root, join(watchedPath, name)));
      // A directory that is removed or moved tells its own name.
      if (watchedPath === root && name === basename(root) && !existsSync(root)) this.#post({ kind: 'rootGone', id });
    });
    watcher.on('addDir', (path) => {
      const directory = relative(root, path);
      this.#takeAllOf(directory);
      setTimeout(() => {
        this.#takeAllOf(directory);
      }, NEW_DIRECTORY_PAUSE_MS).unref();
    });
    watcher.once('ready', () => {
      this.#post({ kind: 'watching', id });
    });
    watcher.on('error', (error) => {
      this.#post({ kind: 'watchFailed', id, message: errorText(error) });
    });
  }

  settle(paths: readonly string[]): void {
    const nowMs = performance.now();
    for (const path of paths) this.#settling.add(path, nowMs);
    this.#timer ??= setTimeout(() => {
      this.#tick();
    }, 5);
  }

  /** Take notice of nothing new. */
  async unwatch(): Promise<void> {
    this.#watching = false;
    await this.#watcher?.close();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.unwatch();
  }

  #take(file: string): void {
    const { root } = this.#request;
    if (!this.#watching || !this.#selection.takesFile(file) || this.#settling.has(file)) return;
    const entry = treeEntry(root, file);
    if (entry === undefined) return;
    this.#seen.push(entry);
    this.settle([file]);
  }

  #takeAllOf(directory: string): void {
    try {
      for (const name of readdirSync(join(this.#request.root, directory))) this.#take(join(directory, name));
    } catch {
      // It is gone again, or the next reading of the tree tells why it can't be read.
    }
  }

  #tick(): void {
    const { id, quietTimeMs } = this.#request;
    for (const entries of slices(this.#seen)) this.#post({ kind: 'seen', id, entries });
    this.#seen = [];
    const { settled, gone } = this.#settling.poll(performance.now(), Date.now());
    for (const entries of slices(settled)) this.#post({ kind: 'settled', id, entries });
    for (const paths of slices(gone)) this.#post({ kind: 'gone', id, paths });
    this.#timer =
      this.#settling.size === 0
        ? undefined
        : setTimeout(
            () => {
              this.#tick();
            },
            Math.max(10, quietTimeMs / 5),
          );
  }
}

function* slices<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += MESSAGE_ENTRIES) yield items.slice(at, at + MESSAGE_ENTRIES);
}
