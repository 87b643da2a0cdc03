import type { DeviceRecord } from 'node-epics-ca';
import type { Resolved } from '../registry/resolve-address.js';

/** A record and what its address means. */
export interface Binding extends Resolved {
  readonly record: DeviceRecord;
}
