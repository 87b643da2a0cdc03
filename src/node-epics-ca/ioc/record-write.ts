import type { AlarmSeverity } from './alarm-severity.js';
import type { DeviceRecord } from './device-record.js';
import type { RecordValue } from './record-value.js';

/** A put to an `out` record that the application is to carry out. */
export interface RecordWrite {
  readonly record: DeviceRecord;
  /** An index for bo and mbbo, maybe of no state; always 1 for busy; a bigint for int64out. */
  readonly value: RecordValue;
  /**
   * It came as an EPICS string, though the record (an lso) holds more: a client cuts a longer text to 39 bytes without a word.
   * Characters (`.VAL$`) and PVAccess carry it whole.
   */
  readonly isShortString: boolean;
  /**
   * What was put over Channel Access, where EPICS converts it and may change it: text to a number (`1,5` becomes 1, no text 0), and
   * anything to a state (65537 becomes 1). Known when the access file traps the write.
   */
  readonly requestText?: string | undefined;
  /** Who put it; empty when the IOC did so itself, or the access file doesn't trap writes (TRAPWRITE). */
  readonly user: string;
  readonly host: string;
  /** Aborted when 0 is put to a busy record while it is busy, and when the IOC closes. */
  readonly signal: AbortSignal;
}

/**
 * Carries out a write. The put completes when the promise settles. A throw fails it: alarm WRITE with the error's message,
 * of which EPICS keeps the first 39 bytes, and its `severity`, INVALID when it has none. A client that waits over PVAccess gets
 * the whole message.
 */
export type WriteHandler = (write: RecordWrite) => Promise<void> | void;

/** An error may say how severe the alarm is. */
export interface SevereError extends Error {
  readonly severity: Exclude<AlarmSeverity, 'NONE'>;
}
