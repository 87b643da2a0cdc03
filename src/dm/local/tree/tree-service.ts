import { DmError } from '../../errors.js';
import { Thread } from '../thread.js';
import type { FileSelection } from './file-selection.js';
import type { TreeEntry, TreeError, TreeReply, TreeRequest } from './tree-messages.js';

/** Told about a watched tree. */
export interface TreeListener {
  /** The watcher is in place; what appeared before may have been missed and needs a scan. */
  watching(): void;
  /** The root was removed or moved. */
  rootGone(): void;
  /** Files appeared or changed; each is `settled` or `gone` later. */
  seen(entries: readonly TreeEntry[]): void;
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

/** What is done with some of the entries of a scan, which goes on when it is done. */
type OnEntries = (entries: readonly TreeEntry[]) => Promise<void> | void;

interface PendingCall {
  readonly onEntries?: OnEntries;
  readonly resolve: (reply: TreeReply) => void;
  readonly reject: (error: Error) => void;
}

/** Talks to the tree thread, which is started when first needed. */
export class TreeService {
  readonly #script: URL;
  #thread: Thread<TreeRequest, TreeReply> | undefined;
  #closed = false;
  #nextId = 0;
  readonly #listeners = new Map<number, TreeListener>();
  readonly #calls = new Map<number, PendingCall>();

  constructor(script = new URL('./tree-worker.js', import.meta.url)) {
    this.#script = script;
  }

  /** Walk a tree; entries come some at a time, in a turn of their own. @param isSorted by path, over the whole tree @returns what couldn't be read (path '' when the root itself is missing), and which directory the root is */
  async scan(root: string, selection: FileSelection, onEntries: OnEntries, isSorted = false): Promise<TreeScan> {
    const reply = await this.#call((id) => ({ kind: 'scan', id, root, selection, isSorted }), onEntries);
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
    this.#closed = true;
    this.#listeners.clear();
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
    this.#rejectAll('The engine is closed.');
  }

  #call(request: (id: number) => TreeRequest, onEntries?: OnEntries): Promise<TreeReply> {
    if (this.#closed) return Promise.reject(new DmError('DM_COMMAND_FAILED', 'The engine is closed.'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject, ...(onEntries && { onEntries }) });
      this.#post(request(id));
    });
  }

  #post(request: TreeRequest): void {
    if (this.#closed) return;
    this.#thread ??= this.#spawn();
    this.#thread.post(request);
  }

  #spawn(): Thread<TreeRequest, TreeReply> {
    return new Thread<TreeRequest, TreeReply>(
      this.#script,
      (reply) => {
        this.#dispatch(reply);
      },
      (reason) => {
        this.#thread = undefined;
        const listeners = [...this.#listeners.values()];
        this.#listeners.clear();
        this.#rejectAll(`The tree thread failed: ${reason}`);
        for (const listener of listeners) listener.lost(reason);
      },
    );
  }

  #dispatch(reply: TreeReply): void {
    const listener = this.#listeners.get(reply.id);
    const call = this.#calls.get(reply.id);
    switch (reply.kind) {
      case 'watching':
        listener?.watching();
        break;
      case 'rootGone':
        listener?.rootGone();
        break;
      case 'seen':
        listener?.seen(reply.entries);
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
        void this.#work(call, reply.id, reply.entries);
        break;
      case 'scanned':
      case 'checked':
        this.#calls.delete(reply.id);
        call?.resolve(reply);
    }
  }

  async #work(call: PendingCall | undefined, id: number, entries: readonly TreeEntry[]): Promise<void> {
    try {
      await call?.onEntries?.(entries);
    } catch (error) {
      this.#calls.delete(id);
      call?.reject(error instanceof Error ? error : new Error(String(error)));
    }
    this.#thread?.post({ kind: 'more', id });
  }

  #rejectAll(message: string): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(new DmError('DM_COMMAND_FAILED', message));
  }
}
