import { DmError } from '../../errors.js';
import { Thread } from '../thread.js';
import type { CopyOutcome, CopyReply, CopyRequest, CopyTask } from './copy-messages.js';

interface Waiting {
  readonly request: CopyRequest;
  /** A task that may keep its thread for seconds. */
  readonly long: boolean;
  /** A thread has failed with it; copying it again does no harm. */
  retried: boolean;
  readonly resolve: (outcomes: readonly CopyOutcome[]) => void;
  readonly reject: (error: Error) => void;
}

type CopyThread = Thread<CopyRequest, CopyReply>;

/**
 * A fixed number of copy threads, started when first needed. Tasks are taken in order, but as long as there is more than one thread
 * a long task never takes the last, so that small files keep flowing beside large ones. A thread that fails is replaced.
 */
export class CopyPool {
  readonly #size: number;
  readonly #script: URL;
  readonly #idle: CopyThread[] = [];
  readonly #busy = new Map<CopyThread, Waiting>();
  readonly #queue: Waiting[] = [];
  #nextId = 0;
  #closed = false;

  constructor(size: number, script = new URL('./copy-worker.js', import.meta.url)) {
    this.#size = size;
    this.#script = script;
  }

  /** @param long whether the task holds a large file */
  run(task: CopyTask, long: boolean): Promise<readonly CopyOutcome[]> {
    if (this.#closed) return Promise.reject(new DmError('DM_COMMAND_FAILED', 'The engine is closed.'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ request: { id: this.#nextId++, task }, long, retried: false, resolve, reject });
      this.#pump();
    });
  }

  /** End the threads; a task under way is aborted first and answered. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#queue.splice(0))
      waiting.reject(new DmError('DM_COMMAND_FAILED', 'The engine is closed.'));
    for (const { request } of this.#busy.values()) Atomics.store(new Int32Array(request.task.abort), 0, 1);
    while (this.#busy.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all(this.#idle.splice(0).map((thread) => thread.terminate()));
  }

  #pump(): void {
    for (;;) {
      const longBusy = [...this.#busy.values()].filter(({ long }) => long).length;
      const longAllowed = this.#size === 1 || longBusy < this.#size - 1;
      const index = this.#queue.findIndex(({ long }) => !long || longAllowed);
      const next = this.#queue[index];
      if (next === undefined) return;
      const thread = this.#idle.pop() ?? (this.#busy.size < this.#size ? this.#spawn() : undefined);
      if (thread === undefined) return;
      this.#queue.splice(index, 1);
      this.#busy.set(thread, next);
      thread.post(next.request);
    }
  }

  #spawn(): CopyThread {
    const thread: CopyThread = new Thread<CopyRequest, CopyReply>(
      this.#script,
      (reply) => {
        const waiting = this.#release(thread);
        this.#idle.push(thread);
        waiting?.resolve(reply.outcomes);
        if (!this.#closed) this.#pump();
      },
      (reason) => {
        const idle = this.#idle.indexOf(thread);
        if (idle >= 0) this.#idle.splice(idle, 1);
        const waiting = this.#release(thread);
        if (waiting?.retried === false && !this.#closed) this.#queue.unshift(Object.assign(waiting, { retried: true }));
        else waiting?.reject(new DmError('DM_INTERNAL', `A copy thread failed: ${reason}`));
        if (!this.#closed) this.#pump();
      },
    );
    return thread;
  }

  #release(thread: CopyThread): Waiting | undefined {
    const waiting = this.#busy.get(thread);
    this.#busy.delete(thread);
    return waiting;
  }
}
