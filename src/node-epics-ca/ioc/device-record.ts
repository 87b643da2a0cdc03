import type { DeviceRecordType } from './device-record-type.js';

/** A record whose DTYP is the device type of the IOC, as its database file declares it. */
export interface DeviceRecord {
  /** Number of the record within this process. */
  readonly index: number;
  readonly name: string;
  readonly type: DeviceRecordType;
  /** `in`: the application posts its value. `out`: clients put to it, and the application handles the write. */
  readonly direction: 'in' | 'out';
  /** Text after `@` of INP or OUT, for example `workflow[1].stage`. */
  readonly address: string;
  /** DESC */
  readonly description: string;
  /** EGU; empty for record types without it. */
  readonly units: string;
  /** Bytes of a string with its NUL (SIZV, or 40), elements of an array (NELM), else 1. */
  readonly maxLength: number;
  /** FTVL of an array record. */
  readonly elementType: string | null;
  /** Labels of bi, bo, mbbi, mbbo and busy; the index is the value. */
  readonly states: readonly string[];
  /** Info tags, for example `autosaveFields`. */
  readonly info: Readonly<Record<string, string>>;
  /** The database file it was loaded from. */
  readonly file: string;
}
