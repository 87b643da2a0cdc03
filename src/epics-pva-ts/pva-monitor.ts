import {
  type ContextHandle,
  type OperationOptions,
  pvxs,
  type SubscriptionHandle,
  type SubscriptionStat,
} from 'node-pvxs';
import { cancelled } from './client-operations.js';
import { PvaData } from './pva-data.js';
import { PvaError } from './pva-error.js';
import type { RawFields } from './pv-type.js';
import { Waiters } from './waiters.js';

/** How a monitor ends, and what it tells besides data. */
export interface MonitorHooks<Value> {
  readonly decode: ((fields: RawFields) => Value) | null;
  readonly signal: AbortSignal | undefined;
  readonly onConnection: ((isConnected: boolean) => void) | undefined;
  readonly onEnd: (monitor: PvaMonitor<Value>) => void;
}

/** Updates of a PV, each with all fields. pvxs keeps them until they are asked for: when its queue is full, an update is
 * squashed into the one before (see {@link PvaMonitor.stat}); the last value always arrives. It goes on when a lost
 * server is back. */
export class PvaMonitor<Value> implements AsyncIterableIterator<PvaData<Value>> {
  readonly #name: string;
  readonly #hooks: MonitorHooks<Value>;
  readonly #subscription: SubscriptionHandle;
  readonly #waiters = new Waiters();
  #mayHaveEvents = false;
  #end: PvaError | 'finished' | null = null;

  /** @internal Use PvaClient.monitor(). */
  constructor(context: ContextHandle, name: string, options: OperationOptions, hooks: MonitorHooks<Value>) {
    this.#name = name;
    this.#hooks = hooks;
    this.#subscription = pvxs.contextMonitor(context, name, options, () => {
      this.#mayHaveEvents = true;
      this.#waiters.wake();
    });
    hooks.signal?.addEventListener('abort', this.#abort);
    if (hooks.signal?.aborted) this.#abort();
  }

  /** The next update. @throws PvaError `PVA_REMOTE` when the server refuses, `PVA_CANCELLED`, `PVA_CLOSED` */
  async next(): Promise<IteratorResult<PvaData<Value>, undefined>> {
    for (;;) {
      const data = this.#end === null ? this.#pop() : null;
      if (data !== null) return { done: false, value: data };
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
  return(): Promise<IteratorResult<PvaData<Value>, undefined>> {
    this.stop('finished');
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** How many updates wait, how many were squashed at the server and here. @throws PvaError `PVA_CLOSED` after the end */
  stat(): SubscriptionStat {
    try {
      return pvxs.subscriptionStat(this.#subscription, false);
    } catch (error) {
      throw PvaError.from(error, this.#name);
    }
  }

  /** @internal End with an error, or just end. */
  stop(reason: PvaError | 'finished'): void {
    if (this.#end !== null) return;
    this.#end = reason;
    pvxs.subscriptionCancel(this.#subscription);
    this.#hooks.signal?.removeEventListener('abort', this.#abort);
    this.#hooks.onEnd(this);
    this.#waiters.wake();
  }

  readonly #abort = (): void => {
    if (this.#hooks.signal) this.stop(cancelled(this.#name, this.#hooks.signal));
  };

  #pop(): PvaData<Value> | null {
    while (this.#mayHaveEvents && this.#end === null) {
      const event = pvxs.subscriptionPop(this.#subscription, 1)[0];
      if (event === undefined) {
        this.#mayHaveEvents = false;
      } else if (event.type === 'data') {
        return new PvaData(event.value, this.#hooks.decode);
      } else if (event.type === 'error') {
        this.stop(PvaError.from(event.error, this.#name));
      } else if (event.type === 'finished') {
        this.stop('finished');
      } else {
        this.#hooks.onConnection?.(event.type === 'connected');
      }
    }
    return null;
  }
}
