import { type ContextHandle, type Definitions, pvxs, type TypeDescriptor } from 'node-pvxs';
import { checkOptions, type OptionNames } from './check-options.js';
import { ClientOperations, type GiveUp } from './client-operations.js';
import { decodeAs } from './decode-as.js';
import { Discovery, type DiscoverOptions } from './discovery.js';
import { ntUri, type UriQuery } from './nt-uri.js';
import { PutOperation } from './put-operation.js';
import { PvaData } from './pva-data.js';
import { PvaError } from './pva-error.js';
import { PvaMonitor } from './pva-monitor.js';
import type { PvType } from './pv-type.js';
import { requestText } from './request-text.js';
import { TypedValue } from './typed-value.js';

/** What every operation takes. */
export interface OperationSettings extends GiveUp {
  /** pvRequest in pvxs's syntax, such as `field(value,alarm)record[pipeline=true]`. */
  readonly request?: string | undefined;
  /** `address:port` of the one server to ask. */
  readonly server?: string | undefined;
}

/** What reading takes besides: how the data is decoded into {@link PvaData.value}, which throws PVA_TYPE if it isn't so. */
export interface ReadSettings<Value> extends OperationSettings {
  readonly type?: PvType<Value, never> | undefined;
}

export interface PutSettings extends OperationSettings {
  /** Wait until the record has finished processing; the time limit then counts until the put is sent, unless given. */
  readonly block?: boolean | undefined;
  /** Whether the record is processed; default as the record says (`passive`). */
  readonly process?: boolean | 'passive' | undefined;
  /** Told each time just before the value is sent: a put that is given up before has changed nothing. */
  readonly onSend?: (() => void) | undefined;
}

export interface MonitorSettings<Value> extends ReadSettings<Value> {
  /** Updates that may wait before the oldest are squashed, at least 2; default 4. */
  readonly queueSize?: number | undefined;
  /** The server waits for acknowledgements, so that it, not the network, does the squashing. */
  readonly pipeline?: boolean | undefined;
  /** Told when the PV is connected or lost. */
  readonly onConnection?: ((isConnected: boolean) => void) | undefined;
}

const GIVE_UP = { timeoutMs: true, signal: true } as const satisfies OptionNames<GiveUp>;
const OPERATION = { ...GIVE_UP, request: true, server: true } as const satisfies OptionNames<OperationSettings>;
const READ = { ...OPERATION, type: true } as const satisfies OptionNames<ReadSettings<never>>;
const PUT = { ...OPERATION, block: true, process: true, onSend: true } as const satisfies OptionNames<PutSettings>;
const MONITOR = {
  ...READ,
  queueSize: true,
  pipeline: true,
  onConnection: true,
} as const satisfies OptionNames<MonitorSettings<never>>;

/** A PVAccess client. An option that a call doesn't know is refused with `PVA_OPTION`. Operations keep the process running until they end; an idle client doesn't. */
export class PvaClient {
  readonly #context: ContextHandle;
  readonly #operations: ClientOperations;
  readonly #monitors = new Set<PvaMonitor<never> | Discovery>();
  #isClosed = false;

  /**
   * @param options `environment`: settings named as the `EPICS_PVA_*` variables; default those of the process. `timeoutMs`: until an operation
   * that says nothing else fails with PVA_TIMEOUT; default 5,000 ms; Infinity for no limit
   */
  constructor(
    options: { readonly environment?: Definitions | undefined; readonly timeoutMs?: number | undefined } = {},
  ) {
    checkOptions('PvaClient', options, { environment: true, timeoutMs: true });
    this.#operations = new ClientOperations(options.timeoutMs ?? 5000);
    try {
      this.#context = options.environment ? pvxs.contextCreate(options.environment) : pvxs.contextCreateFromEnv();
    } catch (error) {
      throw PvaError.from(error);
    }
  }

  /** The settings in effect, named as the `EPICS_PVA_*` variables; addresses as they are searched. @throws PvaError `PVA_CLOSED` */
  get settings(): Readonly<Record<string, string>> {
    try {
      return pvxs.contextDefinitions(this.#context);
    } catch (error) {
      throw PvaError.from(error);
    }
  }

  /** The present value. @throws PvaError `PVA_TIMEOUT`, `PVA_REMOTE`, `PVA_CANCELLED`, `PVA_CLOSED` */
  get<Value = unknown>(name: string, settings: ReadSettings<Value> = {}): Promise<PvaData<Value>> {
    return this.#operations.run(name, settings, (settle) => {
      checkOptions('get', settings, READ);
      return pvxs.contextGet(this.#context, name, optionsOf(settings), (error, value) => {
        if (error) settle.fail(error);
        else settle.succeed(new PvaData(value, decoderOf(name, settings)));
      });
    });
  }

  /** The PV's type. @throws PvaError as {@link PvaClient.get} */
  info(name: string, settings: OperationSettings = {}): Promise<TypeDescriptor> {
    return this.#operations.run(name, settings, (settle) => {
      checkOptions('info', settings, OPERATION);
      return pvxs.contextInfo(this.#context, name, optionsOf(settings), (error, value) => {
        if (error) settle.fail(error);
        else if (value) settle.succeed(pvxs.valueType(value));
      });
    });
  }

  /**
   * Change a PV.
   * @param value an object: fields to change; anything else: the field `value`; of an enum the index, label or boolean
   * @throws PvaError `PVA_TYPE` when it doesn't fit (nothing is sent), `PVA_REMOTE` when the server refuses or the record
   *   fails, `PVA_DISCONNECTED` when the server is lost before it answers (it is never sent twice), and as {@link PvaClient.get}
   */
  put(name: string, value: unknown, settings: PutSettings = {}): Promise<void> {
    const keepsTimer = settings.timeoutMs !== undefined || settings.block !== true;
    const options = {
      ...optionsOf(settings, { block: settings.block, process: settings.process }),
      keepsTimer,
      onSend: settings.onSend,
    };
    return this.#operations.run<undefined>(name, settings, (settle) => {
      checkOptions('put', settings, PUT);
      return new PutOperation(this.#context, name, value, options, settle).operation;
    });
  }

  /**
   * Call.
   * @param args arguments by name (see {@link ntUri} for their types), or a value with a type of its own
   * @throws PvaError `PVA_REMOTE` when the call fails, with the code of the server's error as `remoteCode`;
   *   `PVA_DISCONNECTED` when the server is lost before it answers (it is never sent twice), and as {@link PvaClient.get}
   */
  rpc<Value = unknown>(
    name: string,
    args: UriQuery | TypedValue = {},
    settings: ReadSettings<Value> = {},
  ): Promise<PvaData<Value>> {
    return this.#operations.run(name, settings, (settle) => {
      checkOptions('rpc', settings, READ);
      const argument = args instanceof TypedValue ? args : ntUri(name, args);
      return pvxs.contextRpc(this.#context, name, argument.toWholeHandle(), optionsOf(settings), (error, value) => {
        if (error) settle.fail(error);
        else settle.succeed(new PvaData(value, decoderOf(name, settings)));
      });
    });
  }

  /** Follow a PV: `for await (const update of client.monitor(name))`. @throws PvaError `PVA_CLOSED` */
  monitor<Value = unknown>(name: string, settings: MonitorSettings<Value> = {}): PvaMonitor<Value> {
    checkOptions('monitor', settings, MONITOR);
    const options = optionsOf(settings, { queueSize: settings.queueSize, pipeline: settings.pipeline });
    return this.#track((onEnd) => {
      const { signal, onConnection } = settings;
      return new PvaMonitor(this.#context, name, options, {
        decode: decoderOf(name, settings),
        signal,
        onConnection,
        onEnd,
      });
    });
  }

  /** Servers as they come and go: `for await (const server of client.discover())`. @throws PvaError `PVA_CLOSED` */
  discover(settings: DiscoverOptions = {}): Discovery {
    checkOptions('discover', settings, { signal: true, ping: true });
    return this.#track((onEnd) => new Discovery(this.#context, settings, onEnd));
  }

  /** Names of a server's PVs. @param server `address:port` @throws PvaError as {@link PvaClient.rpc} */
  async list(server: string, settings: GiveUp = {}): Promise<readonly string[]> {
    checkOptions('list', settings, GIVE_UP);
    const { value } = await this.rpc<readonly string[]>('server', { op: 'channels' }, { ...settings, server });
    return value;
  }

  /** End everything: operations and monitors under way fail with PVA_CLOSED. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#operations.close();
    for (const monitor of [...this.#monitors]) monitor.stop(new PvaError('PVA_CLOSED', 'the client has been closed'));
    pvxs.contextClose(this.#context);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #track<M extends { stop(reason: PvaError): void }>(start: (onEnd: (monitor: M) => void) => M): M {
    try {
      const ended = new Set<M>();
      const monitor = start((one) => {
        ended.add(one);
        this.#monitors.delete(one as never);
      });
      if (!ended.has(monitor)) this.#monitors.add(monitor as never);
      return monitor;
    } catch (error) {
      throw PvaError.from(error);
    }
  }
}

function optionsOf(
  settings: OperationSettings,
  record: Readonly<Record<string, string | number | boolean | undefined>> = {},
): { readonly request: string | null; readonly server: string | null } {
  return { request: requestText(settings.request, record), server: settings.server ?? null };
}

function decoderOf<Value>(name: string, settings: ReadSettings<Value>): PvType<Value, never>['decode'] | null {
  const { type } = settings;
  return type ? (fields) => decodeAs(name, type, fields) : null;
}
