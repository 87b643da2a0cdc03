import { EventEmitter } from 'node:events';
import { CaClosedError, CaError } from './ca-error.js';
import { CaMonitor } from './ca-monitor.js';
import type { CaMonitorOptions } from './ca-monitor.js';
import { addMetadata, decodeSample, metadataOfSample } from './ca-reading.js';
import type { CaReading } from './ca-reading.js';
import type { CaSession } from './ca-session.js';
import type { CaPutValue, CaReadType, CaValue, CaValueOf } from './ca-value.js';
import { checkOptions, type OptionNames } from './check-options.js';
import { checkText } from './check-text.js';
import { ConnectionWaiters } from './connection-waiters.js';
import { DBR, DBR_CTRL, DBR_TIME, nativeTypeOf } from './dbr.js';
import type { CaNativeType } from './dbr.js';
import { errorOfStatus } from './eca-status.js';
import { emitSafely } from '../emit-safely.js';
import { EnumStates } from './enum-states.js';
import { ACCESS } from './native.js';
import type { NativeConnection } from './native.js';
import type { OperationLimits } from './operation-limits.js';
import { encodePut } from './put-value.js';
import { readRequest } from './read-request.js';

export interface CaGetOptions<T extends CaReadType = CaReadType> extends OperationLimits {
  /** @default 'native' */
  readonly type?: T;
  /** Ask for units, precision, limits and enum states too. @default false */
  readonly metadata?: boolean;
  /** How many elements at most. @default as many as the array holds now */
  readonly count?: number;
}

export interface CaPutOptions extends OperationLimits {
  /**
   * Wait until the server has done all that the put caused (ca_put_callback). There is then no time limit but `timeoutMs`; connecting
   * still ends after that of the client. Without it the promise resolves when the put is on its way. @default false
   */
  readonly complete?: boolean;
}

const LIMITS = { signal: true, timeoutMs: true } as const satisfies OptionNames<OperationLimits>;
const GET = { ...LIMITS, type: true, metadata: true, count: true } as const satisfies OptionNames<CaGetOptions>;
const PUT = { ...LIMITS, complete: true } as const satisfies OptionNames<CaPutOptions>;
const MONITOR = {
  ...LIMITS,
  type: true,
  mask: true,
  queueSize: true,
  count: true,
} as const satisfies OptionNames<CaMonitorOptions>;

/** What the server says of a channel. */
export interface CaConnection {
  /** Of the channel. */
  readonly name: string;
  readonly nativeType: CaNativeType;
  readonly elementCount: number;
  /** Server as `host:port`; without port it is a record of this process. */
  readonly host: string;
  readonly readable: boolean;
  readonly writable: boolean;
}

export interface CaChannelEvents {
  connect: [connection: CaConnection];
  disconnect: [];
  accessRights: [rights: { readonly readable: boolean; readonly writable: boolean }];
}

/**
 * A connection to one PV, which libca makes again whenever it is lost; that takes it up to 10 s. Listening to the events doesn't keep
 * the process alive. Made by `CaClient.channel` and `CaClient.connect`.
 */
export class CaChannel extends EventEmitter<CaChannelEvents> {
  readonly name: string;
  readonly #session: CaSession;
  readonly #id: number;
  readonly #onClose: (channel: CaChannel) => void;
  readonly #states: EnumStates;
  readonly #waiters: ConnectionWaiters;
  readonly #monitors = new Set<CaMonitor>();
  #connection: CaConnection | null = null;
  #closed = false;

  /** @internal */
  constructor(session: CaSession, name: string, onClose: (channel: CaChannel) => void) {
    super();
    this.name = name;
    this.#session = session;
    this.#onClose = onClose;
    this.#waiters = new ConnectionWaiters(session, name);
    this.#id = session.openChannel(name, {
      onConnected: (connection, access) => {
        this.#onConnected(connection, access);
      },
      onDisconnected: () => {
        this.#onDisconnected();
      },
      onAccessRights: (access) => {
        this.#onAccessRights(access);
      },
      onFailed: (ecaStatus) => {
        this.#waiters.rejectAll(errorOfStatus(ecaStatus, name, 'connect'));
        this.close();
      },
    });
    this.#states = new EnumStates(session, this.#id);
  }

  /** `null` while disconnected. */
  get connection(): CaConnection | null {
    return this.#connection;
  }

  get connected(): boolean {
    return this.#connection !== null;
  }

  /** Whether nobody uses it: not connected, not waited for, not monitored. */
  get idle(): boolean {
    return this.#connection === null && this.#waiters.size === 0 && this.#monitors.size === 0;
  }

  /**
   * Resolves when connected.
   * @throws CaError `CA_TIMEOUT`, `CA_CLOSED`, `CA_BAD_NAME`
   */
  whenConnected(limits: OperationLimits = {}): Promise<CaConnection> {
    if (this.#closed) return Promise.reject(this.#closedError('connect'));
    return this.#waiters.wait(this.#connection, { ...limits, timeoutMs: limits.timeoutMs ?? this.#session.timeoutMs });
  }

  /**
   * Read the value as it is now.
   * @throws CaError `CA_TIMEOUT`, `CA_DISCONNECTED`, `CA_NO_READ_ACCESS`, `CA_BAD_TYPE`, `CA_BAD_COUNT`, `CA_GET_FAILED`, `CA_CLOSED`
   */
  async get<T extends CaReadType = 'native'>(options: CaGetOptions<T> = {}): Promise<CaReading<CaValueOf<T>>> {
    checkOptions('get', options, GET);
    const endMs = performance.now() + (options.timeoutMs ?? this.#session.timeoutMs);
    const connection = this.#connection ?? (await this.whenConnected(options));
    const { nativeType, elementCount, readable } = connection;
    if (!readable) {
      throw new CaError('CA_NO_READ_ACCESS', `get ${this.name}: read access denied`, { channelName: this.name });
    }
    const request = readRequest(options.type ?? 'native', connection);
    const limits = { signal: options.signal, timeoutMs: Math.max(0, endMs - performance.now()) };
    const count = options.count ?? (elementCount > 1 ? 0 : 1);
    if (request.labelled) this.#states.follow();
    const wantsControl = options.metadata === true || (request.labelled && !this.#states.known);
    const [fields, control] = await Promise.all([
      this.#session.get(this.#id, this.name, request.dbrType + DBR_TIME, count, limits),
      wantsControl ? this.#session.get(this.#id, this.name, DBR[nativeType] + DBR_CTRL, 1, limits) : null,
    ]);
    const metadata = control && metadataOfSample(control);
    const labels = this.#states.known ? this.#states.labels : (metadata?.states ?? []);
    const states = request.labelled ? () => labels : undefined;
    const reading = decodeSample(fields, 0, { toValue: request.toValue, states });
    return (metadata && options.metadata === true ? addMetadata(reading, metadata) : reading) as CaReading<
      CaValueOf<T>
    >;
  }

  /**
   * Write a value. Without completion nobody hears of a text that the record doesn't take: so that is refused here, as far as it can be told.
   * @throws CaError `CA_TIMEOUT`, `CA_DISCONNECTED`, `CA_PUT_FAILED`, `CA_NO_WRITE_ACCESS`, `CA_BAD_TYPE`, `CA_BAD_VALUE`, `CA_BAD_COUNT`,
   * `CA_STRING_TOO_LONG`, `CA_CLOSED`
   */
  async put(value: CaPutValue, options: CaPutOptions = {}): Promise<void> {
    checkOptions('put', options, PUT);
    if (this.#connection !== null) return this.#putNow(this.#connection, value, options);
    const startMs = performance.now();
    return this.whenConnected(options).then((connection) => {
      const { timeoutMs } = options;
      if (timeoutMs === undefined) return this.#putNow(connection, value, options);
      const leftMs = Math.max(0, timeoutMs - (performance.now() - startMs));
      return this.#putNow(connection, value, { ...options, timeoutMs: leftMs });
    });
  }

  /** Follow the value; see `CaMonitor`. */
  monitor<T extends CaReadType = 'native'>(options: CaMonitorOptions<T> = {}): CaMonitor<CaValueOf<T>> {
    checkOptions('monitor', options, MONITOR);
    if (this.#closed) throw this.#closedError('monitor');
    const monitor = new CaMonitor<CaValue>(
      { session: this.#session, channelId: this.#id, channelName: this.name, states: this.#states },
      options,
      () => this.#monitors.delete(monitor),
    );
    this.#monitors.add(monitor);
    if (this.#connection !== null) monitor.onConnected(this.#connection);
    return monitor as unknown as CaMonitor<CaValueOf<T>>;
  }

  /** Let go of the PV. What waits for it rejects with `CA_CLOSED`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection = null;
    this.#waiters.rejectAll(this.#closedError('connect'));
    this.#session.rejectOperations(this.name, (what) => this.#closedError(what));
    this.#states.close();
    for (const monitor of this.#monitors) monitor.fail(this.#closedError('monitor'));
    this.#session.closeChannel(this.#id);
    this.#onClose(this);
  }

  async #putNow(connection: CaConnection, value: CaPutValue, options: CaPutOptions): Promise<void> {
    const { complete = false, signal } = options;
    if (!connection.writable) {
      throw new CaError('CA_NO_WRITE_ACCESS', `put ${this.name}: write access denied`, { channelName: this.name });
    }
    const encoded = encodePut(value, connection);
    if (!complete && typeof value === 'string') await this.#checkText(value, connection, options);
    const timeoutMs = options.timeoutMs ?? (complete ? undefined : this.#session.timeoutMs);
    return this.#session.put(this.#id, this.name, encoded, complete, { signal, timeoutMs });
  }

  async #checkText(text: string, connection: CaConnection, limits: OperationLimits): Promise<void> {
    const isEnum = connection.nativeType === 'enum';
    const asked = isEnum && !this.#states.known;
    const { signal, timeoutMs } = limits;
    const { states = [] } = asked ? await this.get({ metadata: true, signal, timeoutMs }) : {};
    checkText(text, connection, asked ? states : this.#states.labels);
  }

  #onConnected([dbrType, elementCount, host]: NativeConnection, access: number): void {
    const nativeType = nativeTypeOf(dbrType);
    if (nativeType === undefined) return;
    const connection = { name: this.name, nativeType, elementCount, host, ...rightsOf(access) };
    this.#connection = connection;
    this.#waiters.resolveAll(connection);
    for (const monitor of this.#monitors) monitor.onConnected(connection);
    emitSafely(() => this.emit('connect', connection));
  }

  #onDisconnected(): void {
    if (this.#connection === null) return;
    this.#connection = null;
    this.#states.reset();
    for (const monitor of this.#monitors) monitor.onDisconnected();
    emitSafely(() => this.emit('disconnect'));
  }

  #onAccessRights(access: number): void {
    const rights = rightsOf(access);
    const before = this.#connection;
    if (before === null || (before.readable === rights.readable && before.writable === rights.writable)) return;
    this.#connection = { ...before, ...rights };
    emitSafely(() => this.emit('accessRights', rights));
  }

  #closedError(what: string): CaClosedError {
    return new CaClosedError(`${what} ${this.name}: the channel is closed`, { channelName: this.name });
  }
}

function rightsOf(access: number): { readable: boolean; writable: boolean } {
  return { readable: (access & ACCESS.readable) !== 0, writable: (access & ACCESS.writable) !== 0 };
}
