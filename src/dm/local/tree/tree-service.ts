import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { DmError } from '../../errors.js';
import type { FileSelection } from './file-selection.js';
import type { TreeEntry, TreeError, TreeReply, TreeRequest } from './tree-messages.js';

/** Told about a watched tree. */
export interface TreeListener {
  /** The watcher is in place; what appeared before may have been missed and needs a scan. */
  watching(): void;
  /** Files appeared or changed; each is `settled` or `gone` later. */
  seen(paths: readonly string[]): void;
  settled(entries: readonly TreeEntry[]): void;
  gone(paths: readonly string[]): void;
  /** Watching doesn't work or not for all of the tree; everything else does. */
  failed(message: string): void;
  /** The tree thread has ended: the handle is dead, and what it was to report is not coming. */
  lost(message: string): void;
}

export interface TreeWatchHandle {
  /** Begin to watch; `watching` tells when the watcher is in place. */
  watch(): void;
  /** Have these files reported as `settled` once complete. */
  settle(paths: readonly string[]): void;
  /** Watch no longer; what is being settled still is reported. */
  unwatch(): void;
  close(): void;
}

/** The end of a walk. */
export interface TreeScan {
  readonly errors: readonly TreeError[];
  /** See `directoryIdentity`. */
  readonly rootIdentity: string | undefined;
}

interface PendingCall {
  readonly onEntries?: (entries: readonly TreeEntry[]) => void;
  /** The entries that came so far are worked on one chunk a turn, so that a large tree holds nothing else up. */
  work: Promise<void>;
  readonly resolve: (reply: TreeReply) => void;
  readonly reject: (error: Error) => void;
}

/** Talks to the tree thread, which is started when first needed. */
export class TreeService {
  #worker: Worker | undefined;
  #nextId = 0;
  readonly #listeners = new Map<number, TreeListener>();
  readonly #calls = new Map<number, PendingCall>();

  /** Walk a tree. @returns what couldn't be read (path '' when the root itself is missing), and which directory the root is */
  async scan(
    root: string,
    selection: FileSelection,
    onEntries: (entries: readonly TreeEntry[]) => void,
  ): Promise<TreeScan> {
    const reply = await this.#call((id) => ({ kind: 'scan', id, root, selection }), onEntries);
    if (reply.kind !== 'scanned') throw new DmError('DM_INTERNAL', `The tree thread answered ${reply.kind} to a scan.`);
    return reply;
  }

  /** @returns the paths that are not there with that size */
  async missing(root: string, files: readonly { path: string; sizeBytes: number }[]): Promise<readonly string[]> {
    const reply = await this.#call((id) => ({ kind: 'check', id, root, files }));
    return reply.kind === 'checked' ? reply.missing : [];
  }

  open(root: string, selection: FileSelection, quietTimeMs: number, listener: TreeListener): TreeWatchHandle {
    const id = this.#nextId++;
    this.#listeners.set(id, listener);
    this.#post({ kind: 'open', id, root, selection, quietTimeMs });
    return {
      watch: () => {
        this.#post({ kind: 'watch', id });
      },
      settle: (paths) => {
        if (paths.length > 0) this.#post({ kind: 'settle', id, paths });
      },
      unwatch: () => {
        this.#post({ kind: 'unwatch', id });
      },
      close: () => {
        if (this.#listeners.delete(id)) this.#post({ kind: 'close', id });
      },
    };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#rejectAll('The engine is closed.');
  }

  #call(request: (id: number) => TreeRequest, onEntries?: PendingCall['onEntries']): Promise<TreeReply> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { work: Promise.resolve(), resolve, reject, ...(onEntries && { onEntries }) });
      this.#post(request(id));
    });
  }

  #post(request: TreeRequest): void {
    this.#worker ??= this.#spawn();
    this.#worker.postMessage(request);
  }

  #spawn(): Worker {
    const worker = new Worker(new URL('./tree-worker.js', import.meta.url));
    worker.on('message', (reply: TreeReply) => {
      this.#dispatch(reply);
    });
    worker.on('error', (error: Error) => {
      this.#worker = undefined;
      const listeners = [...this.#listeners.values()];
      this.#listeners.clear();
      this.#rejectAll(`The tree thread failed: ${error.message}`);
      for (const listener of listeners) listener.lost(error.message);
    });
    return worker;
  }

  #dispatch(reply: TreeReply): void {
    const listener = this.#listeners.get(reply.id);
    const call = this.#calls.get(reply.id);
    switch (reply.kind) {
      case 'watching':
        listener?.watching();
        break;
      case 'seen':
        listener?.seen(reply.paths);
        break;
      case 'settled':
        listener?.settled(reply.entries);
        break;
      case 'gone':
        listener?.gone(reply.paths);
        break;
      case 'watchFailed':
        listener?.failed(reply.message);
        break;
      case 'entries':
        if (call === undefined) break;
        call.work = call.work.then(async () => {
          call.onEntries?.(reply.entries);
          await setImmediate();
        });
        call.work.catch((error: unknown) => {
          call.reject(error instanceof Error ? error : new Error(String(error)));
        });
        break;
      case 'scanned':
      case 'checked':
        this.#calls.delete(reply.id);
        call?.work.then(
          () => {
            call.resolve(reply);
          },
          () => undefined,
        );
    }
  }

  #rejectAll(message: string): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(new DmError('DM_COMMAND_FAILED', message));
  }
}
