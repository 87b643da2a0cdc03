import { relative } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { compileSelection, type CompiledSelection } from './file-selection.js';
import { treeEntry } from './scan-tree.js';
import { SettlingFiles } from './settling-files.js';
import type { TreeReply, TreeRequest } from './tree-messages.js';

type OpenRequest = Extract<TreeRequest, { kind: 'open' }>;

/** One tree in the tree thread: what the watcher tells, and what it is asked to settle, is reported once complete. */
export class TreeWatch {
  readonly #request: OpenRequest;
  readonly #selection: CompiledSelection;
  readonly #settling: SettlingFiles;
  readonly #post: (reply: TreeReply) => void;
  #watcher: FSWatcher | undefined;
  #seen: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(request: OpenRequest, post: (reply: TreeReply) => void) {
    this.#request = request;
    this.#post = post;
    this.#selection = compileSelection(request.selection);
    this.#settling = new SettlingFiles(request.quietTimeMs, (path) => treeEntry(request.root, path));
  }

  watch(): void {
    const { id, root } = this.#request;
    const watcher = watch(root, {
      ignoreInitial: true,
      followSymlinks: false,
      ignorePermissionErrors: true,
      atomic: false,
      ignored: (path, status) =>
        status?.isDirectory() === true && !this.#selection.entersDirectory(relative(root, path)),
    });
    this.#watcher = watcher;
    const take = (path: string): void => {
      const file = relative(root, path);
      if (this.#selection.takesFile(file)) this.settle([file]);
    };
    watcher.on('add', take);
    watcher.on('change', take);
    watcher.once('ready', () => {
      this.#post({ kind: 'watching', id });
    });
    watcher.on('error', (error) => {
      this.#post({ kind: 'watchFailed', id, message: error instanceof Error ? error.message : String(error) });
    });
  }

  settle(paths: readonly string[]): void {
    const nowMs = performance.now();
    for (const path of paths) if (this.#settling.add(path, nowMs)) this.#seen.push(path);
    this.#timer ??= setTimeout(() => {
      this.#tick();
    }, 5);
  }

  /** Take notice of nothing new. */
  async unwatch(): Promise<void> {
    await this.#watcher?.close();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.unwatch();
  }

  #tick(): void {
    const { id, quietTimeMs } = this.#request;
    if (this.#seen.length > 0) this.#post({ kind: 'seen', id, paths: this.#seen });
    this.#seen = [];
    const { settled, gone } = this.#settling.poll(performance.now(), Date.now());
    if (settled.length > 0) this.#post({ kind: 'settled', id, entries: settled });
    if (gone.length > 0) this.#post({ kind: 'gone', id, paths: gone });
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
