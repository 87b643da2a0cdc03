import { type ContextHandle, type Discovered, type OperationHandle, pvxs } from 'node-pvxs';
import { PvaError } from './pva-error.js';
import { Waiters } from './waiters.js';

export interface DiscoverOptions {
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Ask all servers to answer now; default true, or else wait for their beacons (15 s at first, then 180 s). */
  readonly ping?: boolean | undefined;
}

/** Servers as they come and go. */
export class Discovery implements AsyncIterableIterator<Discovered> {
  readonly #operation: OperationHandle;
  readonly #signal: AbortSignal | undefined;
  readonly #onEnd: (discovery: Discovery) => void;
  readonly #found: Discovered[] = [];
  readonly #waiters = new Waiters();
  #end: PvaError | 'finished' | null = null;

  /** @internal Use PvaClient.discover(). */
  constructor(context: ContextHandle, options: DiscoverOptions, onEnd: (discovery: Discovery) => void) {
    this.#signal = options.signal;
    this.#onEnd = onEnd;
    this.#operation = pvxs.contextDiscover(context, options.ping ?? true, (discovered) => {
      this.#found.push(discovered);
      this.#waiters.wake();
    });
    this.#signal?.addEventListener('abort', this.#abort);
    if (this.#signal?.aborted) this.#abort();
  }

  /** The next server that came or went; done when the signal ends it. @throws PvaError `PVA_CLOSED` */
  async next(): Promise<IteratorResult<Discovered, undefined>> {
    for (;;) {
      const found = this.#found.shift();
      if (found) return { done: false, value: found };
      const end = this.#end;
      if (end instanceof PvaError) {
        this.#end = 'finished';
        throw end;
      }
      if (end === 'finished') return { done: true, value: undefined };
      await this.#waiters.wait();
    }
  }

  /** Stop. */
  return(): Promise<IteratorResult<Discovered, undefined>> {
    this.stop('finished');
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @internal End with an error, or just end. */
  stop(reason: PvaError | 'finished'): void {
    if (this.#end !== null) return;
    this.#end = reason;
    pvxs.operationCancel(this.#operation);
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#onEnd(this);
    this.#waiters.wake();
  }

  readonly #abort = (): void => {
    this.stop('finished');
  };
}
