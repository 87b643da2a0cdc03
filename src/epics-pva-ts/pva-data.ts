import { pvxs, type TypeDescriptor, type ValueHandle } from 'node-pvxs';
import { type Alarm, type AlarmFields, alarmOf } from './alarm.js';
import type { RawFields } from './pv-type.js';
import { timeMsOf, type TimeStamp } from './time-stamp.js';

/** Data read from a PV: all of its fields, and which of them have changed since the last. Converted when first read. */
export class PvaData<Value = unknown> {
  readonly #handle: ValueHandle | null;
  readonly #decode: ((fields: RawFields) => Value) | null;
  #fields: RawFields | null = null;

  /** @internal */
  constructor(handle: ValueHandle | null, decode: ((fields: RawFields) => Value) | null) {
    this.#handle = handle;
    this.#decode = decode;
  }

  /** The structure as it is in PVAccess: bigint for 64 bits, typed arrays for numbers; empty for no answer. */
  get fields(): RawFields {
    this.#fields ??= this.#handle === null ? {} : (pvxs.valueToJs(this.#handle, false) as RawFields);
    return this.#fields;
  }

  /** The value by the type given to the operation, or else the field `value`. */
  get value(): Value {
    return this.#decode ? this.#decode(this.fields) : (this.fields['value'] as Value);
  }

  /** Null when the structure has no alarm. */
  get alarm(): Required<Alarm> | null {
    const alarm = this.fields['alarm'] as AlarmFields | undefined;
    return alarm && typeof alarm.severity === 'number' ? alarmOf(alarm) : null;
  }

  /** Time stamp, ms since the Unix epoch; null when the structure has none. */
  get timeMs(): number | null {
    const timeStamp = this.fields['timeStamp'] as TimeStamp | undefined;
    return timeStamp && typeof timeStamp.secondsPastEpoch === 'bigint' ? timeMsOf(timeStamp) : null;
  }

  /** Paths of the fields that have changed. */
  get changed(): readonly string[] {
    return this.#handle === null ? [] : pvxs.valueMarked(this.#handle);
  }

  /** The structure's type; null for no answer. */
  get type(): TypeDescriptor | null {
    return this.#handle === null ? null : pvxs.valueType(this.#handle);
  }
}
