export { type Alarm, alarmField, alarmOf, type AlarmSeverity, type AlarmStatus } from './alarm.js';
export type { ClientRequest } from './client-request.js';
export type { Metadata } from './display.js';
export type { GiveUp } from './client-operations.js';
export type { Discovery, DiscoverOptions } from './discovery.js';
export type {
  AnyValue,
  Fields,
  FieldType,
  InputOf,
  StructureArrayField,
  StructureField,
  StructureInput,
  StructureValue,
  TimeStampField,
  UnionArrayField,
  UnionField,
  UnionInput,
  UnionValue,
  ValueOf,
} from './field-type.js';
export { type EnumInput, type EnumValue, ntEnum } from './nt-enum.js';
export type { NdType } from './nd-any.js';
export {
  type NdArray,
  type NdArrayData,
  type NdArrayInput,
  type NdAttribute,
  type NdCodec,
  type NdDimension,
  ntNdArray,
} from './nt-nd-array.js';
export { ntPvi, type Pvi, type PviAccess, type PviEntry } from './nt-pvi.js';
export { ntScalar, ntScalarArray } from './nt-scalar.js';
export { ntUri, type UriQuery } from './nt-uri.js';
export { ntTable, type TableColumn, type TableColumns, type TableInput, type TableValue } from './nt-table.js';
export type { PostOptions, Pv, PvOptions, PutHandler, PutRequest } from './pv.js';
export { PvaError, type PvaErrorCode } from './pva-error.js';
export {
  type MonitorSettings,
  type OperationSettings,
  PvaClient,
  type PutSettings,
  type ReadSettings,
} from './pva-client.js';
export { PvaData, type PvaDataJson } from './pva-data.js';
export type { PvaMonitor } from './pva-monitor.js';
export { PvaServer } from './pva-server.js';
export type { PvType, PvValue, RawFields } from './pv-type.js';
export type { RpcCall, RpcHandler, RpcOptions, RpcResult } from './rpc.js';
export type { RpcPv } from './rpc-pv.js';
export { structure, type Structure } from './structure.js';
export { timeStampField } from './time-stamp.js';
export { typed, type TypedValue } from './typed-value.js';
