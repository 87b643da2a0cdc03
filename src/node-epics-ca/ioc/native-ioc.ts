import { loadAddon } from 'epics-libs';
import type { DeviceRecord } from './device-record.js';
import type { IocCounters } from './ioc-counters.js';
import type { RecordValue } from './record-value.js';

/** Outcome of a call into EPICS: 0 for success, and what it printed. */
export interface NativeResult {
  readonly status: number;
  readonly text: string;
}

/** An event as the listener's arguments, of which the first is the kind. They come in the order in which they happened. */
export type NativeEvent =
  | readonly [
      kind: 0,
      index: number,
      flight: number,
      value: RecordValue,
      user: string,
      host: string,
      isShortString: boolean,
      requestText: string | undefined,
    ]
  | readonly [kind: 1, index: number, flight: number]
  | readonly [kind: 2, record: string, field: string, text: string, user: string, host: string, refusal: string]
  | readonly [kind: 3, text: string];

/** What the addon `epics_ioc` exports, one to one and in its order; each is described in native/ioc. */
export interface NativeIoc {
  claim(): boolean;
  setEnvironment(name: string, value: string): void;
  loadDatabase(file: string, path: string, macros: string): NativeResult;
  loadRecords(file: string, macros: string): NativeResult;
  setAccessSecurity(file: string, macros: string): NativeResult;
  mayWrite(group: string, users: readonly string[], host: string): boolean;
  accessNamesRoles(): boolean;
  recordsWithoutRules(): { group: string; record: string }[];
  unknownHosts(): string[];
  /** Those that an earlier call listed are left out. */
  listDeviceRecords(deviceType: string): Omit<DeviceRecord, 'file'>[];
  open(listener: (...event: NativeEvent) => void, maxQueuedWrites: number): void;
  build(): Promise<NativeResult>;
  run(): Promise<NativeResult>;
  watch(record: number, limitMs: number, line: string, descriptor: number, listener: (stalledMs: number) => void): void;
  post(
    count: number,
    indexes: Uint32Array,
    flags: Uint16Array,
    numbers: Float64Array,
    times: Float64Array,
    rest: readonly RecordValue[],
  ): void;
  postNumbers(indexes: Uint32Array, values: Float64Array, timeMs: number): void;
  complete(index: number, flight: number, severity: number, message: string): boolean;
  readRecord(index: number): RecordValue;
  getField(name: string): string;
  putField(name: string, text: string): void;
  reportPuts(isWanted: boolean): void;
  counters(): IocCounters;
  execute(line: string): Promise<NativeResult>;
  shell(): Promise<NativeResult>;
  refuseWrites(): void;
  shutDown(reason: string): Promise<NativeResult>;
  guardExit(signals: readonly number[], limitMs: number, line: string): void;
}

/** Load the addon into this thread. */
export function loadNativeIoc(): NativeIoc {
  return loadAddon<NativeIoc>(import.meta.url, 'epics_ioc');
}
