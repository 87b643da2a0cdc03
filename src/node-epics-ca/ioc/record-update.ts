import type { AlarmSeverity } from './alarm-severity.js';
import type { AlarmStatus } from './alarm-status.js';
import type { DeviceRecord } from './device-record.js';
import type { RecordValue } from './record-value.js';

/** New value, alarm and time of one record. */
export interface RecordUpdate {
  readonly record: DeviceRecord;
  /** Absent: the record keeps its value, and is processed. */
  readonly value?: RecordValue;
  /**
   * Alarm beside what the record finds by itself (limits, states); the worse wins, and the application's wins a tie.
   * Absent means NONE for `in` records; an `out` record keeps the alarm of its last write.
   */
  readonly severity?: AlarmSeverity;
  /**
   * What the alarm is about: STATE when the value itself is the alarm, READ when it can't be read, COMM when nobody answers who
   * could say it, TIMEOUT when the waiting for it ended. Default: READ for `in` records, WRITE for `out`. Without severity it has no
   * effect.
   */
  readonly status?: AlarmStatus;
  /** Alarm message; EPICS keeps the first 39 bytes. Without severity it has no effect. */
  readonly message?: string;
  /** Time stamp, ms since the Unix epoch; default now. Ignored when the record's TSE is set. */
  readonly timeMs?: number;
}
