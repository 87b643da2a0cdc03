import { emitSafely } from '../emit-safely.js';
import { CaClosedError } from './ca-error.js';
import { ECA_NORMAL, errorOfStatus } from './eca-status.js';
import { holdEventLoop, releaseEventLoop } from './keep-alive.js';
import { EVENT, EVENT_FIELDS, loadNative } from './native.js';
import type { CaContext, NativeConnection, NativeValue } from './native.js';
import type { OperationLimits } from './operation-limits.js';
import { PendingOperations } from './pending-operations.js';

/** Hears what libca says of one channel. */
export interface ChannelListener {
  onConnected(connection: NativeConnection, access: number): void;
  onDisconnected(): void;
  onAccessRights(access: number): void;
  onFailed(ecaStatus: number): void;
}

/** Hears what libca says of one subscription. */
export interface SubscriptionListener {
  onUpdatesWaiting(): void;
  onFailed(ecaStatus: number): void;
}

export interface SubscriptionRequest {
  readonly channelId: number;
  readonly dbrType: number;
  readonly count: number;
  readonly mask: number;
  readonly queueSize: number;
}

/** libca leaves a server in order, and waits 30 s for one that hangs: nobody else shall. */
const CLOSE_LIMIT_MS = 2000;

/** One native context, and who awaits what of it. Requests of one tick go to libca as one batch with one flush. */
export class CaSession {
  /** Of operations that name none. */
  readonly timeoutMs: number;
  readonly #context: CaContext;
  readonly #operations: PendingOperations;
  readonly #channels = new Map<number, ChannelListener>();
  readonly #subscriptions = new Map<number, SubscriptionListener>();
  readonly #onException: (ecaStatus: number, message: string) => void;
  readonly #flush: () => void;
  readonly #whenClosed: Promise<void>;
  #resolveClosed!: () => void;
  #nextId = 1;
  #flushScheduled = false;
  #closed = false;

  constructor(
    environment: Readonly<Record<string, string>>,
    timeoutMs: number,
    onException: (ecaStatus: number, message: string) => void,
  ) {
    this.timeoutMs = timeoutMs;
    const { CaContext: Context } = loadNative();
    this.#context = new Context(environment, (events) => {
      this.#onEvents(events);
    });
    this.#onException = onException;
    this.#whenClosed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#operations = new PendingOperations(
      () => {
        this.hold();
      },
      () => {
        this.release();
      },
    );
    this.#flush = () => {
      this.#flushScheduled = false;
      if (!this.#closed) this.#context.flush();
    };
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Keep the process alive until the matching `release`. */
  hold(): void {
    holdEventLoop(this.#context);
  }

  release(): void {
    releaseEventLoop(this.#context);
  }

  openChannel(name: string, listener: ChannelListener): number {
    const id = this.#takeId();
    this.#context.createChannel(id, name);
    this.#channels.set(id, listener);
    this.#scheduleFlush();
    return id;
  }

  closeChannel(id: number): void {
    if (!this.#channels.delete(id) || this.#closed) return;
    this.#context.clearChannel(id);
    this.#scheduleFlush();
  }

  /** Read once; resolves to the fields of a sample. */
  get(
    channelId: number,
    channelName: string,
    dbrType: number,
    count: number,
    limits: OperationLimits,
  ): Promise<readonly unknown[]> {
    if (this.#closed) return Promise.reject(closedError('get', channelName));
    return this.#operations.start(this.#takeId(), 'get', channelName, limits, (id) => {
      this.#context.get(id, channelId, dbrType, count);
      this.#scheduleFlush();
    });
  }

  put(
    channelId: number,
    channelName: string,
    encoded: { readonly dbrType: number; readonly count: number; readonly value: NativeValue },
    complete: boolean,
    limits: OperationLimits,
  ): Promise<void> {
    if (this.#closed) return Promise.reject(closedError('put', channelName));
    return this.#operations.start(this.#takeId(), 'put', channelName, limits, (id) => {
      this.#context.put(id, channelId, encoded.dbrType, encoded.count, encoded.value, complete);
      this.#scheduleFlush();
    });
  }

  /** Reject what is pending on one channel; its answers are ignored from now on. */
  rejectOperations(channelName: string, toError: (what: string) => Error): void {
    this.#operations.rejectAll((operation) =>
      operation.channelName === channelName ? toError(operation.what) : undefined,
    );
  }

  subscribe(request: SubscriptionRequest, listener: SubscriptionListener): number {
    const id = this.#takeId();
    const { channelId, dbrType, count, mask, queueSize } = request;
    this.#context.subscribe(id, channelId, dbrType, count, mask, queueSize);
    this.#subscriptions.set(id, listener);
    this.#scheduleFlush();
    return id;
  }

  unsubscribe(id: number): void {
    if (!this.#subscriptions.delete(id) || this.#closed) return;
    this.#context.unsubscribe(id);
    this.#scheduleFlush();
  }

  takeUpdates(subscriptionId: number): readonly unknown[] {
    return this.#closed ? [] : this.#context.takeUpdates(subscriptionId);
  }

  squashed(subscriptionId: number): number {
    return this.#context.squashed(subscriptionId);
  }

  /** Rejects what is pending with `CA_CLOSED`; resolves when libca has let go of everything, or after 2 s. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#operations.rejectAll(({ what, channelName }) => closedError(what, channelName));
      this.#subscriptions.clear();
      this.#channels.clear();
      this.#context.close();
      const timer = setTimeout(this.#resolveClosed, CLOSE_LIMIT_MS);
      void this.#whenClosed.then(() => {
        clearTimeout(timer);
        this.release();
      });
      this.hold();
    }
    await this.#whenClosed;
  }

  #takeId(): number {
    if (this.#closed) throw new CaClosedError('the Channel Access client is closed');
    return this.#nextId++;
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    process.nextTick(this.#flush);
  }

  #onEvents(events: readonly unknown[]): void {
    for (let index = 0; index < events.length; index += EVENT_FIELDS) {
      emitSafely(() => {
        this.#onEvent(
          events[index] as number,
          events[index + 1] as number,
          events[index + 2] as number,
          events[index + 3],
        );
      });
    }
  }

  #onEvent(kind: number, id: number, status: number, payload: unknown): void {
    switch (kind) {
      case EVENT.putDone:
      case EVENT.getDone:
        this.#onOperationDone(id, status, payload);
        break;
      case EVENT.updatesWaiting:
        this.#subscriptions.get(id)?.onUpdatesWaiting();
        break;
      case EVENT.subscriptionFailed:
        this.#subscriptions.get(id)?.onFailed(status);
        break;
      case EVENT.connected:
        this.#channels.get(id)?.onConnected(payload as NativeConnection, status);
        break;
      case EVENT.disconnected:
        this.#channels.get(id)?.onDisconnected();
        break;
      case EVENT.accessRights:
        this.#channels.get(id)?.onAccessRights(status);
        break;
      case EVENT.channelFailed:
        this.#channels.get(id)?.onFailed(status);
        break;
      case EVENT.exception:
        this.#onException(status, payload as string);
        break;
      case EVENT.closed:
        this.#resolveClosed();
        break;
    }
  }

  #onOperationDone(id: number, status: number, payload: unknown): void {
    if (status === ECA_NORMAL) {
      this.#operations.resolve(id, payload);
      return;
    }
    const operation = this.#operations.find(id);
    if (operation === undefined) return;
    this.#operations.reject(id, errorOfStatus(status, operation.channelName, operation.what));
  }
}

function closedError(what: string, channelName: string): CaClosedError {
  return new CaClosedError(`${what} ${channelName}: the client was closed`, { channelName });
}
