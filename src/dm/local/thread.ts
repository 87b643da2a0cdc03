import type { Worker } from 'node:worker_threads';
import { startWorker } from '../start-worker.js';
import type { ThreadDelivery, ThreadMessage } from './thread-port.js';

/**
 * A worker thread that takes requests and gives replies, and tells exactly once when it has ended without having been asked to. Its replies come a few in one turn of
 * the event loop, however many there are.
 */
export class Thread<Request, Reply> {
  readonly #worker: Worker;
  #onEnd: ((reason: string) => void) | undefined;

  /** @param script serves a ThreadPort @param onEnd from then on the thread takes nothing more; what it had taken isn't answered */
  constructor(script: URL, onReply: (reply: Reply) => void, onEnd: (reason: string) => void) {
    this.#worker = startWorker(script);
    this.#onEnd = onEnd;
    this.#worker.on('message', ({ replies }: ThreadDelivery<Reply>) => {
      setImmediate(() => {
        this.#send({ taken: true });
      });
      for (const reply of replies) onReply(reply);
    });
    this.#worker.on('error', (error: Error) => {
      this.#ended(error.message);
    });
    this.#worker.on('exit', (code) => {
      this.#ended(`it exited with ${code}`);
    });
  }

  post(request: Request): void {
    this.#send({ request });
  }

  async terminate(): Promise<void> {
    this.#onEnd = undefined;
    await this.#worker.terminate();
  }

  #send(message: ThreadMessage<Request>): void {
    this.#worker.postMessage(message);
  }

  #ended(reason: string): void {
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.(reason);
  }
}
