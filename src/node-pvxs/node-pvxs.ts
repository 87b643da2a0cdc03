import type {
  ContextHandle,
  ExecOpHandle,
  OperationHandle,
  ServerHandle,
  SharedPvHandle,
  StringArrayHandle,
  SubscriptionHandle,
  ValueHandle,
} from './handles.js';
import type { NativeError } from './native-error.js';
import type { TypeDescriptor } from './type-descriptor.js';

/** Who asked for an operation, and which PV. */
export interface ExecOpInfo {
  readonly name: string;
  readonly op: 'put' | 'rpc';
  /** Address and port of the client. */
  readonly peer: string;
  /** Local address the client is connected to. */
  readonly iface: string;
  /** How the client names itself: `ca` (its own word) or `anonymous`. */
  readonly method: string;
  readonly account: string;
}

/** Where a server really listens. */
export interface ServerConfig {
  readonly guid: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly interfaces: readonly string[];
  readonly beaconDestinations: readonly string[];
}

/** `EPICS_PVA*` settings by name. */
export type Definitions = Readonly<Record<string, string>>;

/** Options of every client operation; null: pvxs's default. */
export interface OperationOptions {
  /** pvRequest, such as `field(value)record[block=true]`. */
  readonly request: string | null;
  /** `address:port` of the one server to ask. */
  readonly server: string | null;
}

/** Strings, and all of them in one, separated by NUL: they cross to native code faster so. */
export interface JoinedStrings {
  readonly joined: string;
  readonly list: readonly string[];
}

/** How an operation ended: with an error, or with a value (null after a put). */
export type ResultCallback = (error: NativeError | null, value: ValueHandle | null, peer: string) => void;

/** What happened to a subscription. */
export type SubscriptionEvent =
  | { readonly type: 'data'; readonly value: ValueHandle }
  | { readonly type: 'connected'; readonly peer: string }
  | { readonly type: 'disconnected' }
  | { readonly type: 'finished' }
  | { readonly type: 'error'; readonly error: NativeError };

/** pvxs::client::SubscriptionStat */
export interface SubscriptionStat {
  readonly nQueue: number;
  /** Updates in which the server had squashed older ones. */
  readonly nSrvSquash: number;
  /** Updates squashed here because the queue was full. */
  readonly nCliSquash: number;
  readonly maxQueue: number;
  readonly limitQueue: number;
}

/** pvxs::client::Discovered */
export interface Discovered {
  readonly event: 'online' | 'timeout';
  readonly peer: string;
  readonly proto: string;
  readonly server: string;
  readonly guid: string;
}

/** The addon's functions, named after pvxs's; each one's C++ signature stands above it in native/. They run on the
 * JavaScript thread and call back on it. What can wait for a pvxs worker says so; no worker ever waits for JavaScript.
 * They throw a {@link NativeError}. */
export interface NodePvxs {
  versionString(): string;
  /** Live objects of pvxs by class, for tests of leaks. */
  instanceSnapshot(): Record<string, number>;
  /** Keep the process running until as many {@link NodePvxs.releaseLoop}. Nothing else of this addon does. */
  retainLoop(): void;
  releaseLoop(): void;
  /** Answers what is unanswered and closes everything of this environment; waits for workers. */
  shutdown(): void;

  valueCreate(type: TypeDescriptor): ValueHandle;
  valueCloneEmpty(value: ValueHandle): ValueHandle;
  valueClone(value: ValueHandle): ValueHandle;
  /** Assign and mark the fields given. 64-bit integers: bigint or safe integer; arrays: typed arrays or arrays;
   * union: null or `{ selector, value }`; any: null or `{ type, value }`; string[]: also
   * {@link JoinedStrings} or the handle of a string array. Throws PVA_TYPE with `path`, also for what
   * pvxs can't copy as content of a union or any: arrays of structures, unions or any, and unselected unions. */
  valueAssign(value: ValueHandle, data: unknown): void;
  /** A copy as JavaScript data: bigint for 64 bits, typed arrays for numbers. Bytes that aren't UTF-8 become U+FFFD. */
  valueToJs(value: ValueHandle, markedOnly: boolean): unknown;
  valueType(value: ValueHandle): TypeDescriptor;
  /** Paths of the changed fields, structures resolved into their fields. */
  valueMarked(value: ValueHandle): string[];
  /** `path` may be empty: the whole value. */
  valueMark(value: ValueHandle, path: string, marked: boolean): void;
  /** Free the storage now, not at garbage collection. */
  valueDispose(value: ValueHandle): void;

  /** An empty string[] to be assigned to values, for a column that changes little between posts. */
  stringArrayCreate(): StringArrayHandle;
  stringArraySet(array: StringArrayHandle, strings: readonly string[] | JoinedStrings): void;
  /** Replace these elements; costs as much as it replaces, once earlier posts have reached all clients. */
  stringArrayChange(array: StringArrayHandle, indexes: Uint32Array, strings: readonly string[]): void;

  execOpInfo(op: ExecOpHandle): ExecOpInfo;
  /** Groups of the account on this machine; asks the system's user database. */
  execOpRoles(op: ExecOpHandle): Promise<string[]>;
  execOpRequest(op: ExecOpHandle): unknown;
  /** False when answered or cancelled before. A put is answered with null, an RPC with a structure or null. */
  execOpReply(op: ExecOpHandle, value: ValueHandle | null): boolean;
  execOpError(op: ExecOpHandle, message: string): boolean;
  /** Called once, if the client withdraws the operation before it is answered. */
  execOpOnCancel(op: ExecOpHandle, callback: () => void): void;

  sharedPvBuildMailbox(): SharedPvHandle;
  sharedPvBuildReadonly(): SharedPvHandle;
  sharedPvOpen(pv: SharedPvHandle, initial: ValueHandle): void;
  sharedPvIsOpen(pv: SharedPvHandle): boolean;
  sharedPvClose(pv: SharedPvHandle): void;
  /** The value must come from {@link NodePvxs.valueCloneEmpty} of the one given to open. Only marked fields are posted. */
  sharedPvPost(pv: SharedPvHandle, value: ValueHandle): void;
  sharedPvFetch(pv: SharedPvHandle): ValueHandle;
  /** A handler lives as long as pvxs serves the PV, whether its handle is still reachable or not; null removes it. */
  sharedPvOnPut(pv: SharedPvHandle, handler: ((op: ExecOpHandle, value: ValueHandle) => void) | null): void;
  sharedPvOnRpc(pv: SharedPvHandle, handler: ((op: ExecOpHandle, value: ValueHandle | null) => void) | null): void;
  sharedPvOnFirstConnect(pv: SharedPvHandle, handler: (() => void) | null): void;
  sharedPvOnLastDisconnect(pv: SharedPvHandle, handler: (() => void) | null): void;

  serverCreate(definitions: Definitions): ServerHandle;
  /** A server on loopback, on ports the system chooses. */
  serverCreateIsolated(): ServerHandle;
  serverCreateFromEnv(): ServerHandle;
  /** The server of the IOC in this process. Throws PVA_CLOSED when there is none (yet). */
  iocServer(): ServerHandle;
  serverStart(server: ServerHandle): void;
  /** Waits for the server's worker. */
  serverStop(server: ServerHandle): void;
  serverAddPv(server: ServerHandle, name: string, pv: SharedPvHandle): void;
  /** Removes and closes the PV. */
  serverRemovePv(server: ServerHandle, name: string): void;
  serverConfig(server: ServerHandle): ServerConfig;
  /** Settings of a client that finds this server. */
  serverClientDefinitions(server: ServerHandle): Record<string, string>;

  contextCreate(definitions: Definitions): ContextHandle;
  contextCreateFromEnv(): ContextHandle;
  contextDefinitions(context: ContextHandle): Record<string, string>;
  /** Ends all operations; waits for the client's workers. */
  contextClose(context: ContextHandle): void;
  /** Search again at once for what isn't connected; pvxs does so at most every 30 s. */
  contextHurryUp(context: ContextHandle): void;
  contextGet(context: ContextHandle, name: string, options: OperationOptions, result: ResultCallback): OperationHandle;
  /** The PV's type, as a value without marks. */
  contextInfo(context: ContextHandle, name: string, options: OperationOptions, result: ResultCallback): OperationHandle;
  /** Prepares puts. `ready` gets a value of the PV's type on each (re)connection; then {@link NodePvxs.operationPut}
   * as often as wanted. `result` is called if that fails. */
  contextPut(
    context: ContextHandle,
    name: string,
    options: OperationOptions,
    ready: (prototype: ValueHandle) => void,
    result: ResultCallback,
  ): OperationHandle;
  contextRpc(
    context: ContextHandle,
    name: string,
    argument: ValueHandle | null,
    options: OperationOptions,
    result: ResultCallback,
  ): OperationHandle;
  /** `event` is called once when the queue stops being empty, and again only after subscriptionPop has emptied it. */
  contextMonitor(
    context: ContextHandle,
    name: string,
    options: OperationOptions,
    event: () => void,
  ): SubscriptionHandle;
  contextDiscover(context: ContextHandle, pingAll: boolean, event: (discovered: Discovered) => void): OperationHandle;
  /** Ends with PVA_CANCELLED when the operation isn't ready: nothing has been sent then. */
  operationPut(operation: OperationHandle, value: ValueHandle, result: ResultCallback): void;
  /** The present value, through a prepared put. */
  operationGet(operation: OperationHandle, result: ResultCallback): void;
  /** Doesn't wait. The result callback is called with PVA_CANCELLED, if it hasn't been called before. */
  operationCancel(operation: OperationHandle): void;
  /** At most `limit` events; empty when the queue is. */
  subscriptionPop(subscription: SubscriptionHandle, limit: number): SubscriptionEvent[];
  /**
   * The newest value and how many were waiting, for who doesn't need those between. Connection events are passed over;
   * `last` is null when there was no value.
   */
  subscriptionSkim(subscription: SubscriptionHandle): { count: number; last: ValueHandle | null };
  subscriptionStat(subscription: SubscriptionHandle, reset: boolean): SubscriptionStat;
  /** Asks the server to stop or go on sending; waits for the client's worker. */
  subscriptionPause(subscription: SubscriptionHandle, paused: boolean): void;
  subscriptionCancel(subscription: SubscriptionHandle): void;
}
