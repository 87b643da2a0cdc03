import { parentPort } from 'node:worker_threads';

/** What a Thread sends: a request, or word that the last delivery is worked on. */
export type ThreadMessage<Request> = { readonly request: Request } | { readonly taken: true };

/** What a Thread gets. */
export interface ThreadDelivery<Reply> {
  readonly replies: readonly Reply[];
}

/** How much one delivery holds, unless a single reply is more. */
const MAX_WEIGHT = 100;

/**
 * The other side of a Thread, in its worker. Node hands over everything that has arrived in one turn, and a thousand replies would keep the main thread for
 * long; so the next few are sent when the last are worked on.
 */
export class ThreadPort<Request, Reply> {
  readonly #weigh: (reply: Reply) => number;
  readonly #waiting: Reply[] = [];
  #isTaken = true;

  /** @param weigh how many simple replies one is worth, default 1 */
  constructor(onRequest: (request: Request) => void, weigh: (reply: Reply) => number = () => 1) {
    this.#weigh = weigh;
    parentPort?.on('message', (message: ThreadMessage<Request>) => {
      if ('request' in message) onRequest(message.request);
      else {
        this.#isTaken = true;
        this.#deliver();
      }
    });
  }

  post(reply: Reply): void {
    this.#waiting.push(reply);
    this.#deliver();
  }

  #deliver(): void {
    if (!this.#isTaken || this.#waiting.length === 0) return;
    let weight = 0;
    let count = 0;
    for (const reply of this.#waiting) {
      weight += this.#weigh(reply);
      if (count > 0 && weight > MAX_WEIGHT) break;
      count++;
    }
    this.#isTaken = false;
    parentPort?.postMessage({ replies: this.#waiting.splice(0, count) } satisfies ThreadDelivery<Reply>);
  }
}
