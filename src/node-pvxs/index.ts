export { pvxs } from './addon.js';
export type {
  ContextHandle,
  ExecOpHandle,
  OperationHandle,
  ServerHandle,
  SharedPvHandle,
  StringArrayHandle,
  SubscriptionHandle,
  ValueHandle,
} from './handles.js';
export type { NativeError, NativeErrorCode } from './native-error.js';
export type {
  Definitions,
  Discovered,
  ExecOpInfo,
  JoinedStrings,
  NodePvxs,
  OperationOptions,
  ResultCallback,
  ServerConfig,
  SubscriptionEvent,
  SubscriptionStat,
} from './node-pvxs.js';
export type {
  CompositeCode,
  CompositeType,
  MemberDescriptor,
  PlainType,
  ScalarCode,
  TypeDescriptor,
} from './type-descriptor.js';
