import { EventEmitter } from 'node:events';
import { CaChannel } from './ca-channel.js';
import type { CaConnection, CaGetOptions, CaPutOptions } from './ca-channel.js';
import { CaClosedError, CaPutFailedError } from './ca-error.js';
import { checkOptions } from './check-options.js';
import type { CaMonitor, CaMonitorOptions } from './ca-monitor.js';
import type { CaReading } from './ca-reading.js';
import { CaSession } from './ca-session.js';
import type { CaPutValue, CaReadType, CaValueOf } from './ca-value.js';
import { emitSafely } from '../emit-safely.js';
import type { OperationLimits } from './operation-limits.js';
import { longStringName } from './put-value.js';

const ALARM_LIMIT_MS = 500;
const DEFAULT_TIMEOUT_MS = 5000;

export interface CaClientOptions {
  /**
   * `EPICS_CA_*` variables for this client alone, over those of the process. They are set for the moment in which libca reads them, which
   * the constructor waits for: name servers by address, not by name. In a worker thread this is the only way, because
   * there `process.env` is a copy.
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** Until connecting, reading, and a put without completion that say nothing else fail with `CA_TIMEOUT`. @default 5000 */
  readonly timeoutMs?: number | undefined;
}

export interface CaClientEvents {
  /** The CA library reports what no operation waits for, such as a put without completion that a server refused. */
  exception: [message: string, ecaStatus: number];
}

/**
 * A Channel Access client with a libca context of its own. Channels are shared by name and stay open until they or the client are closed.
 * Nothing blocks: neither this thread nor libuv's. An idle client doesn't keep the process alive, a pending operation does.
 *
 * When no CA repeater runs on this host, the first client runs one on a thread of this process, on UDP port `EPICS_CA_REPEATER_PORT`
 * (5065) of all interfaces as the protocol wants it, instead of a process that would outlive this one.
 */
export class CaClient extends EventEmitter<CaClientEvents> {
  readonly #session: CaSession;
  readonly #channels = new Map<string, CaChannel>();
  readonly #kept = new Set<CaChannel>();

  constructor(options: CaClientOptions = {}) {
    super();
    checkOptions('CaClient', options, { environment: true, timeoutMs: true });
    const { environment = {}, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    this.#session = new CaSession(environment, timeoutMs, (ecaStatus, message) => {
      emitSafely(() => this.emit('exception', message, ecaStatus));
    });
  }

  /**
   * The channel of this name, connected or not yet; libca goes on searching until it is closed.
   * @throws CaError `CA_CLOSED`
   */
  channel(name: string): CaChannel {
    const channel = this.#open(name);
    this.#kept.add(channel);
    return channel;
  }

  /**
   * The channel of this name when it is connected.
   * @throws CaError `CA_TIMEOUT`, `CA_BAD_NAME`, `CA_CLOSED`
   */
  async connect(name: string, limits: OperationLimits = {}): Promise<CaChannel> {
    checkOptions('connect', limits, { timeoutMs: true, signal: true });
    const channel = await this.#connected(name, limits);
    this.#kept.add(channel);
    return channel;
  }

  /** Read a PV once; see `CaChannel.get`. `longString` takes `NAME.VAL$` by itself when NAME is a string. */
  async get<T extends CaReadType = 'native'>(
    name: string,
    options: CaGetOptions<T> = {},
  ): Promise<CaReading<CaValueOf<T>>> {
    const channel = options.type === 'longString' ? await this.#textChannel(name, options) : this.#open(name);
    return this.#using(channel, channel.get(options));
  }

  /** Write a PV; see `CaChannel.put`. A `CaPutFailedError` also says the record's alarm message. */
  async put(name: string, value: CaPutValue, options: CaPutOptions = {}): Promise<void> {
    const channel = this.#open(name);
    try {
      if (channel.connected) await channel.put(value, options);
      else await this.#using(channel, channel.put(value, options));
    } catch (error) {
      throw error instanceof CaPutFailedError ? await this.#explained(error, name) : error;
    }
  }

  /**
   * Follow a PV; see `CaMonitor`. For text longer than 39 bytes name the field with `$`.
   * @throws CaError `CA_CLOSED`
   */
  monitor<T extends CaReadType = 'native'>(name: string, options: CaMonitorOptions<T> = {}): CaMonitor<CaValueOf<T>> {
    return this.#open(name).monitor(options);
  }

  /** Close all channels; what is pending rejects with `CA_CLOSED`. Resolves when libca's threads are gone, or after 2 s when a server hangs. May be called again. */
  async close(): Promise<void> {
    const closed = this.#session.close();
    for (const channel of [...this.#channels.values()]) channel.close();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #open(name: string): CaChannel {
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    if (this.#session.closed) {
      throw new CaClosedError(`${name}: the Channel Access client is closed`, { channelName: name });
    }
    const channel = new CaChannel(this.#session, name, (closed) => {
      if (this.#channels.get(name) === closed) this.#channels.delete(name);
      this.#kept.delete(closed);
    });
    this.#channels.set(name, channel);
    return channel;
  }

  async #connected(name: string, limits: OperationLimits): Promise<CaChannel> {
    const channel = this.#open(name);
    await this.#using<CaConnection>(channel, channel.whenConnected(limits));
    return channel;
  }

  /** Channel Access tells only that a put has failed: the record knows why. */
  async #explained(error: CaPutFailedError, name: string): Promise<CaPutFailedError> {
    const field = `${name.split('.', 1)[0] ?? name}.AMSG`;
    const reading = await this.get(field, { timeoutMs: ALARM_LIMIT_MS }).catch(() => null);
    if (typeof reading?.value !== 'string' || reading.value === '') return error;
    const { channelName = name, ecaStatus = 0 } = error;
    return new CaPutFailedError(`put ${name}: the server says that it failed (ECA_PUTFAIL): ${reading.value}`, {
      channelName,
      ecaStatus,
      alarmMessage: reading.value,
      cause: error,
    });
  }

  async #textChannel(name: string, limits: OperationLimits): Promise<CaChannel> {
    const channel = await this.#connected(name, limits);
    return channel.connection?.nativeType === 'string' ? this.#open(longStringName(name)) : channel;
  }

  /** A channel that never connected and that nobody asked to keep must not be searched for ever. */
  async #using<T>(channel: CaChannel, operation: Promise<T>): Promise<T> {
    try {
      return await operation;
    } finally {
      if (channel.idle && !this.#kept.has(channel)) channel.close();
    }
  }
}
