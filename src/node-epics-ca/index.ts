// The IOC
export { Ioc } from './ioc/ioc.js';
export type { IocOptions, IocStartOptions } from './ioc/ioc-options.js';
export { IocError, type IocErrorCode } from './ioc/ioc-error.js';
export { guardExit, type ExitGuardOptions } from './ioc/guard-exit.js';
export type { WatchdogOptions } from './ioc/watchdog-options.js';
export type { IocCounters } from './ioc/ioc-counters.js';
export type { DeviceRecord } from './ioc/device-record.js';
export type { DeviceRecordType } from './ioc/device-record-type.js';
export type { RecordValue } from './ioc/record-value.js';
export type { AlarmSeverity } from './ioc/alarm-severity.js';
export type { AlarmStatus } from './ioc/alarm-status.js';
export type { RecordUpdate } from './ioc/record-update.js';
export type { RecordWrite, SevereError, WriteHandler } from './ioc/record-write.js';
export type { PutLogEntry } from './ioc/put-log-entry.js';
export { CaClient, type CaClientEvents, type CaClientOptions } from './client/ca-client.js';
export {
  type CaChannel,
  type CaChannelEvents,
  type CaConnection,
  type CaGetOptions,
  type CaPutOptions,
} from './client/ca-channel.js';
export {
  CaClosedError,
  CaDisconnectedError,
  CaError,
  CaPutFailedError,
  CaTimeoutError,
  type CaErrorCode,
} from './client/ca-error.js';
export { type CaMonitor, type CaMonitorOptions, type CaUpdate } from './client/ca-monitor.js';
export { type CaLimits, type CaRange, type CaReading } from './client/ca-reading.js';
export {
  type CaNumberArray,
  type CaPutValue,
  type CaReadType,
  type CaValue,
  type CaValueOf,
} from './client/ca-value.js';
export { type CaNativeType } from './client/dbr.js';
export { type CaMonitorEvent } from './client/monitor-mask.js';
export { longStringName } from './client/put-value.js';
