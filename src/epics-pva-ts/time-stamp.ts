import type { CompositeType } from 'node-pvxs';
import type { TimeStampField } from './field-type.js';

/** A time stamp as a field of a structure: milliseconds since the Unix epoch. */
export const timeStampField: TimeStampField = { code: 'timeStamp' };

/** `time_t` of the normative types. */
export const timeStampType: CompositeType = {
  code: 'struct',
  id: 'time_t',
  members: [
    { name: 'secondsPastEpoch', code: 'int64' },
    { name: 'nanoseconds', code: 'int32' },
    { name: 'userTag', code: 'int32' },
  ],
};

/** The content of a `time_t`. */
export interface TimeStamp {
  readonly secondsPastEpoch: bigint;
  readonly nanoseconds: number;
}

/** `time_t` of a time in ms since the Unix epoch, to the nanosecond that a number can hold. Clients show a time stamp
 * of 0 as invalid: what isn't a time after 1970 becomes now. */
export function timeStampOf(timeMs: number): TimeStamp {
  const time = Number.isFinite(timeMs) && timeMs > 0 ? timeMs : Date.now();
  const seconds = Math.floor(time / 1000);
  const nanoseconds = Math.min(999_999_999, Math.round((time - seconds * 1000) * 1e6));
  return { secondsPastEpoch: BigInt(seconds), nanoseconds };
}

/** Time in ms since the Unix epoch of a `time_t`. */
export function timeMsOf(timeStamp: TimeStamp): number {
  return Number(timeStamp.secondsPastEpoch) * 1000 + timeStamp.nanoseconds / 1e6;
}
