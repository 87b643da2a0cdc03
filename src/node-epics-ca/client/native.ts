import { loadAddon } from 'epics-libs';

/** Kinds of events that the addon delivers; the numbers are those of native/client/event.h. */
export const EVENT = {
  connected: 0,
  disconnected: 1,
  accessRights: 2,
  channelFailed: 3,
  putDone: 4,
  getDone: 5,
  updatesWaiting: 6,
  subscriptionFailed: 7,
  exception: 8,
  closed: 9,
} as const;

/** An event is flat in the array of a delivery: kind, id, status (ECA_* or access bits), payload. */
export const EVENT_FIELDS = 4;
/** An update is flat in its array: value, alarm status, alarm severity, timeMs, metadata or null. */
export const SAMPLE_FIELDS = 5;
/** Access bits of `connected` and `accessRights`. */
export const ACCESS = { readable: 1, writable: 2 } as const;

export interface NativeMetadata {
  readonly units: string;
  /** -1 when the type has none. */
  readonly precision: number;
  /** Display low, high, alarm low, high, warning low, high, control low, high; or empty. */
  readonly limits: readonly number[];
  readonly states: readonly string[];
}

export type NativeArray = Float64Array | Float32Array | Int32Array | Int16Array | Uint16Array | Uint8Array;
export type NativeValue = number | string | NativeArray | readonly string[];

/** DBF type, element count, `host:port` of the server (no port: a record of this process). */
export type NativeConnection = readonly [dbrType: number, elementCount: number, host: string];

/** A libca context. Requests wait in a batch until `flush`; no call blocks. */
export interface CaContext {
  createChannel(channelId: number, name: string): void;
  clearChannel(channelId: number): void;
  get(operationId: number, channelId: number, dbrType: number, count: number): void;
  put(
    operationId: number,
    channelId: number,
    dbrType: number,
    count: number,
    value: NativeValue,
    complete: boolean,
  ): void;
  subscribe(
    subscriptionId: number,
    channelId: number,
    dbrType: number,
    count: number,
    mask: number,
    queueSize: number,
  ): void;
  unsubscribe(subscriptionId: number): void;
  takeUpdates(subscriptionId: number): unknown[];
  squashed(subscriptionId: number): number;
  flush(): void;
  close(): void;
  /** Keeps the event loop alive. One switch for all contexts of this Node environment. */
  setReferenced(referenced: boolean): void;
}

interface CaClientAddon {
  readonly CaContext: new (
    environment: Readonly<Record<string, string>>,
    onEvents: (events: readonly unknown[]) => void,
  ) => CaContext;
}

let addon: CaClientAddon | undefined;

/** The addon, loaded with the first client. */
export function loadNative(): CaClientAddon {
  addon ??= loadAddon<CaClientAddon>(import.meta.url, 'epics_ca_client');
  return addon;
}
