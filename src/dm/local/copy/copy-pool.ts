import { Worker } from 'node:worker_threads';
import { DmError } from '../../errors.js';
import type { CopyOutcome, CopyReply, CopyRequest, CopyTask } from './copy-messages.js';

interface Waiting {
  readonly request: CopyRequest;
  /** A task that may keep its thread for seconds. */
  readonly long: boolean;
  readonly resolve: (outcomes: readonly CopyOutcome[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A fixed number of copy threads, started when first needed. Tasks are taken in order, but as long as there is more than one thread
 * a long task never takes the last, so that small files keep flowing beside large ones.
 */
export class CopyPool {
  readonly #size: number;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Waiting>();
  readonly #queue: Waiting[] = [];
  #nextId = 0;
  #closed = false;

  constructor(size: number) {
    this.#size = size;
  }

  /** @param long whether the task holds a large file */
  run(task: CopyTask, long: boolean): Promise<readonly CopyOutcome[]> {
    if (this.#closed) return Promise.reject(new DmError('DM_COMMAND_FAILED', 'The engine is closed.'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ request: { id: this.#nextId++, task }, long, resolve, reject });
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
    await Promise.all(this.#idle.splice(0).map((worker) => worker.terminate()));
  }

  #pump(): void {
    for (;;) {
      const longBusy = [...this.#busy.values()].filter(({ long }) => long).length;
      const longAllowed = this.#size === 1 || longBusy < this.#size - 1;
      const index = this.#queue.findIndex(({ long }) => !long || longAllowed);
      const next = this.#queue[index];
      if (next === undefined) return;
      const worker = this.#idle.pop() ?? (this.#busy.size < this.#size ? this.#spawn() : undefined);
      if (worker === undefined) return;
      this.#queue.splice(index, 1);
      this.#busy.set(worker, next);
      worker.postMessage(next.request);
    }
  }

  #spawn(): Worker {
    const worker = new Worker(new URL('./copy-worker.js', import.meta.url));
    worker.on('message', (reply: CopyReply) => {
      const waiting = this.#release(worker);
      this.#idle.push(worker);
      waiting?.resolve(reply.outcomes);
      if (!this.#closed) this.#pump();
    });
    worker.on('error', (error: Error) => {
      const waiting = this.#release(worker);
      waiting?.reject(new DmError('DM_INTERNAL', `A copy thread failed: ${error.message}`, { cause: error }));
      if (!this.#closed) this.#pump();
    });
    return worker;
  }

  #release(worker: Worker): Waiting | undefined {
    const waiting = this.#busy.get(worker);
    this.#busy.delete(worker);
    return waiting;
  }
}
