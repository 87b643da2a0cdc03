import type { AlarmSeverity } from './alarm-severity.js';
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
  /** Alarm message; EPICS keeps the first 39 bytes. Without severity it has no effect. */
  readonly message?: string;
  /** Time stamp, ms since the Unix epoch; default now. Ignored when the record's TSE is set. */
  readonly timeMs?: number;
}
