/** Every code a native function can throw, or hand to a callback.
 *
 * | code | meaning |
 * |---|---|
 * | PVA_TYPE | the data doesn't fit the type; `path` names the field |
 * | PVA_REMOTE | the server answered with an error: its text is the message |
 * | PVA_DISCONNECTED | the server went away during the operation |
 * | PVA_TIMEOUT | pvxs gave up waiting |
 * | PVA_CANCELLED | the operation ended without having been executed |
 * | PVA_CLOSED | the object has been closed or disposed of |
 * | PVA_STATE | the call isn't possible in this state, for example a second PV of one name |
 * | PVA_ERROR | anything else pvxs reports |
 */
export type NativeErrorCode =
  | 'PVA_TYPE'
  | 'PVA_REMOTE'
  | 'PVA_DISCONNECTED'
  | 'PVA_TIMEOUT'
  | 'PVA_CANCELLED'
  | 'PVA_CLOSED'
  | 'PVA_STATE'
  | 'PVA_ERROR';

/** What native functions throw, and hand to callbacks. */
export interface NativeError extends Error {
  readonly code: NativeErrorCode;
  /** Path of the field that doesn't fit, such as `value.speed[3]`; only with PVA_TYPE. */
  readonly path?: string;
}
