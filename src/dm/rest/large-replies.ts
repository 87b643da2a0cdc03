import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { DmError } from '../errors.js';
import type { RouteName, RouteResponse } from '../wire/routes.js';
import { startWorker } from '../start-worker.js';
import type { LargeReplyMessage, LargeReplyRequest } from './large-reply-messages.js';

/** Replies from this size on are read in a thread of their own: 256 KiB are some 800 jobs, 10 ms of work. */
export const LARGE_REPLY_BYTES = 256 * 1024;
/** The thread ends when nothing was read for so long. */
const IDLE_MS = 5_000;

/** A reply that has been read. */
export interface LargeReply<N extends RouteName> {
  readonly value: RouteResponse<N>;
  /** So many entries the list had. */
  readonly total: number;
  /** Entries that could not be understood, with the reason of the first. */
  readonly leftOut?: { readonly count: number; readonly reason: string };
}

interface Call {
  readonly entries: unknown[];
  readonly resolve: (reply: LargeReply<RouteName>) => void;
  readonly reject: (error: Error) => void;
}

/** Reads long replies (parses and checks them) in a thread of their own, and brings what they hold in pieces, between which others run. */
export class LargeReplies {
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #nextId = 0;
  readonly #calls = new Map<number, Call>();

  /**
   * @param bytes are handed over: they can't be used afterwards
   * @param newest of a list that is longer, all active entries and so many of the newest ended ones, newest first; else all, in DM's order
   * @throws DmError DM_INTERNAL when it isn't what the route promises
   */
  async read<N extends RouteName>(route: N, bytes: ArrayBuffer, newest?: number): Promise<LargeReply<N>> {
    clearTimeout(this.#idle);
    const id = this.#nextId++;
    try {
      return await new Promise<LargeReply<RouteName>>((resolve, reject) => {
        this.#calls.set(id, { entries: [], resolve, reject });
        const request: LargeReplyRequest = { kind: 'read', id, route, bytes, ...(newest !== undefined && { newest }) };
        this.#worker ??= this.#spawn();
        this.#worker.postMessage(request, [bytes]);
      });
    } finally {
      this.#calls.delete(id);
      if (this.#calls.size === 0) this.#idle = setTimeout(() => void this.#end(), IDLE_MS).unref();
    }
  }

  async close(): Promise<void> {
    this.#rejectAll('The connection to DM is closed.');
    await this.#end();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #spawn(): Worker {
    const worker = startWorker(new URL('./large-reply-worker.js', import.meta.url));
    worker.on('message', (message: LargeReplyMessage) => {
      void this.#take(worker, message);
    });
    worker.on('error', (error: Error) => {
      this.#worker = undefined;
      this.#rejectAll(`The thread that reads long replies failed: ${error.message}`);
    });
    return worker;
  }

  async #take(worker: Worker, message: LargeReplyMessage): Promise<void> {
    const call = this.#calls.get(message.id);
    if (call === undefined) return;
    switch (message.kind) {
      case 'entries': {
        call.entries.push(...message.entries);
        await setImmediate();
        const request: LargeReplyRequest = { kind: 'more', id: message.id };
        worker.postMessage(request);
        return;
      }
      case 'end': {
        const { isList, total, leftOut } = message;
        const value = isList ? call.entries : call.entries[0];
        call.resolve({ value, total, ...(leftOut && { leftOut }) });
        return;
      }
      case 'failed':
        call.reject(new DmError(message.code, message.message));
    }
  }

  #rejectAll(message: string): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(new DmError('DM_INTERNAL', message));
  }
}
