import type { CaConnection } from './ca-channel.js';
import { CaTimeoutError } from './ca-error.js';
import { decodeSample } from './ca-reading.js';
import type { CaReading, SampleDecoder } from './ca-reading.js';
import type { CaSession } from './ca-session.js';
import type { CaReadType, CaValue } from './ca-value.js';
import { DBR_TIME } from './dbr.js';
import { errorOfStatus } from './eca-status.js';
import type { EnumStates } from './enum-states.js';
import { monitorMask } from './monitor-mask.js';
import type { CaMonitorEvent } from './monitor-mask.js';
import { SAMPLE_FIELDS } from './native.js';
import { abortReason, onAbort } from './operation-limits.js';
import { readRequest } from './read-request.js';

export interface CaMonitorOptions<T extends CaReadType = CaReadType> {
  /** @default 'native' */
  readonly type?: T;
  /** What to be told of. @default ['value', 'alarm'] */
  readonly mask?: readonly CaMonitorEvent[];
  /** How many updates wait for a slow reader; then the oldest go, and are counted in `squashed`. @default 64 */
  readonly queueSize?: number;
  /** How many elements at most. @default as many as the array holds */
  readonly count?: number;
  /** Ends the iteration with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Limit for the first connection. @default none: it waits for the server */
  readonly timeoutMs?: number | undefined;
}

/** A new value, or the news that the connection is lost. After `connected: false` the values go on when the server is back. */
export type CaUpdate<V extends CaValue = CaValue> =
  ({ readonly connected: true } & CaReading<V>) | { readonly connected: false };

/** @internal what a monitor needs of its channel */
export interface MonitorSource {
  readonly session: CaSession;
  readonly channelId: number;
  readonly channelName: string;
  readonly states: EnumStates;
}

const DEFAULT_QUEUE_SIZE = 64;
const LOST: { readonly connected: false } = { connected: false };

interface Waiter<V extends CaValue> {
  readonly resolve: (result: IteratorResult<CaUpdate<V>, undefined>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The updates of one PV, for `for await`. It subscribes when it is made, and ends with `return` (leaving the loop), an abort, or the
 * close of channel or client. The queue is bounded and its newest update always arrives. A read that waits keeps the process alive,
 * a monitor that nobody reads doesn't.
 */
export class CaMonitor<V extends CaValue = CaValue> implements AsyncIterableIterator<CaUpdate<V>, undefined> {
  readonly #source: MonitorSource;
  readonly #options: CaMonitorOptions;
  readonly #queueSize: number;
  readonly #onEnd: () => void;
  readonly #onAbort: () => void;
  #timer: NodeJS.Timeout | undefined;
  #subscription: { readonly id: number; readonly dbrType: number; readonly decoder: SampleDecoder<V> } | undefined;
  #queue: CaUpdate<V>[] = [];
  #head = 0;
  #squashedBefore = 0;
  #waiters: Waiter<V>[] = [];
  #ended = false;
  #error: Error | undefined;

  /** @internal */
  constructor(source: MonitorSource, options: CaMonitorOptions, onEnd: () => void) {
    this.#source = source;
    this.#options = options;
    this.#queueSize = Math.max(1, options.queueSize ?? DEFAULT_QUEUE_SIZE);
    this.#onEnd = onEnd;
    const { signal, timeoutMs } = options;
    this.#onAbort = () => {
      if (signal) this.fail(abortReason(signal));
    };
    if (signal) onAbort(signal, this.#onAbort);
    if (timeoutMs !== undefined && timeoutMs !== Infinity) {
      this.#timer = setTimeout(() => {
        const { channelName } = source;
        this.fail(new CaTimeoutError(`monitor ${channelName}: not connected within ${timeoutMs} ms`, { channelName }));
      }, timeoutMs);
    }
    if (signal?.aborted === true) queueMicrotask(this.#onAbort);
  }

  /** Updates lost because they were not read in time. */
  get squashed(): number {
    const { session } = this.#source;
    return this.#squashedBefore + (this.#subscription ? session.squashed(this.#subscription.id) : 0);
  }

  /**
   * The next update.
   * @throws CaError `CA_TIMEOUT`, `CA_NO_READ_ACCESS`, `CA_BAD_TYPE`, `CA_CLOSED`; or the signal's reason
   */
  next(): Promise<IteratorResult<CaUpdate<V>, undefined>> {
    const ready = this.#ended ? undefined : this.#shift();
    if (ready !== undefined) return Promise.resolve({ done: false, value: ready });
    if (this.#error !== undefined) return this.#rejectOnce();
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    this.#source.session.hold();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Unsubscribe; called when a `for await` is left. */
  return(): Promise<IteratorResult<CaUpdate<V>, undefined>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** @internal */
  onConnected(connection: CaConnection): void {
    clearTimeout(this.#timer);
    try {
      this.#subscribe(connection);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** @internal */
  onDisconnected(): void {
    if (this.#subscription === undefined) return;
    this.#takeUpdates();
    if (this.#queue.at(-1) !== LOST || this.#head === this.#queue.length) this.#queue.push(LOST);
    this.#serve();
  }

  /** @internal */
  fail(error: Error): void {
    if (this.#ended) return;
    this.#error = error;
    this.#end();
  }

  #subscribe(connection: CaConnection): void {
    const { session, channelId, channelName, states } = this.#source;
    const { type = 'native', mask = ['value', 'alarm'], count } = this.#options;
    const request = readRequest(type, connection);
    // libca renews a subscription after a reconnection, unless the PV has another type now.
    if (this.#subscription?.dbrType === request.dbrType) return;
    this.#unsubscribe();
    if (request.labelled) states.follow();
    const id = session.subscribe(
      {
        channelId,
        dbrType: request.dbrType + DBR_TIME,
        count: count ?? (connection.elementCount > 1 ? 0 : 1),
        mask: monitorMask(mask),
        queueSize: this.#queueSize,
      },
      {
        onUpdatesWaiting: () => {
          if (this.#waiters.length > 0) this.#serve();
        },
        onFailed: (ecaStatus) => {
          this.fail(errorOfStatus(ecaStatus, channelName, 'monitor'));
        },
      },
    );
    this.#subscription = {
      id,
      dbrType: request.dbrType,
      decoder: {
        toValue: request.toValue as (raw: CaValue) => V,
        states: request.labelled ? () => states.labels : undefined,
      },
    };
  }

  #unsubscribe(): void {
    if (this.#subscription === undefined) return;
    this.#squashedBefore = this.squashed;
    this.#source.session.unsubscribe(this.#subscription.id);
    this.#subscription = undefined;
  }

  #shift(): CaUpdate<V> | undefined {
    if (this.#head === this.#queue.length) this.#takeUpdates();
    const update = this.#queue[this.#head];
    if (update !== undefined) this.#head += 1;
    return update;
  }

  #takeUpdates(): void {
    if (this.#head > 0) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    if (this.#subscription === undefined) return;
    const { id, decoder } = this.#subscription;
    const fields = this.#source.session.takeUpdates(id);
    for (let index = 0; index < fields.length; index += SAMPLE_FIELDS) {
      this.#queue.push({ connected: true, ...decodeSample(fields, index, decoder) });
    }
    const excess = this.#queue.length - this.#queueSize;
    if (excess <= 0) return;
    this.#squashedBefore += excess;
    this.#queue = this.#queue.slice(excess);
  }

  #serve(): void {
    while (this.#waiters.length > 0) {
      const value = this.#shift();
      if (value === undefined) return;
      this.#takeWaiter()?.resolve({ done: false, value });
    }
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#unsubscribe();
    this.#queue = [];
    this.#head = 0;
    for (let waiter = this.#takeWaiter(); waiter !== undefined; waiter = this.#takeWaiter()) {
      if (this.#error === undefined) {
        waiter.resolve({ done: true, value: undefined });
      } else {
        waiter.reject(this.#error);
      }
    }
    this.#onEnd();
  }

  #takeWaiter(): Waiter<V> | undefined {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) this.#source.session.release();
    return waiter;
  }

  #rejectOnce(): Promise<never> {
    return Promise.reject(this.#error ?? new Error('the monitor ended'));
  }
}
