import { inspect, type InspectOptions } from 'node:util';
import { pvxs, type TypeDescriptor, type ValueHandle } from 'node-pvxs';
import { type Alarm, type AlarmFields, alarmOf } from './alarm.js';
import { jsonOf } from './json-of.js';
import type { RawFields } from './pv-type.js';
import { timeMsOf, type TimeStamp } from './time-stamp.js';

/** What data looks like as JSON; what the structure hasn't is left out. */
export interface PvaDataJson {
  /** The value by the type given to the operation, or else the field `value`. */
  readonly value?: unknown;
  /** Of a structure without the field `value`: all its fields but alarm and time. */
  readonly fields?: unknown;
  readonly units?: string;
  readonly alarm?: Required<Alarm>;
  readonly timeMs?: number;
}

/** Data read from a PV: all of its fields, and which of them have changed since the last. Converted when first read.
 * It prints as time, value, units and alarm, and `JSON.stringify` gives {@link PvaDataJson}. */
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

  /** Engineering units; null when the structure has none, or they are empty. */
  get units(): string | null {
    const { units } = (this.fields['display'] ?? {}) as { readonly units?: unknown };
    return typeof units === 'string' && units !== '' ? units : null;
  }

  /** Paths of the fields that have changed. */
  get changed(): readonly string[] {
    return this.#handle === null ? [] : pvxs.valueMarked(this.#handle);
  }

  /** The structure's type; null for no answer. */
  get type(): TypeDescriptor | null {
    return this.#handle === null ? null : pvxs.valueType(this.#handle);
  }

  /** 64-bit integers are numbers, or strings of digits where a number would lose some; typed arrays are arrays. */
  toJSON(): PvaDataJson {
    const { units, alarm, timeMs } = this;
    return {
      ...(jsonOf(this.#content()) as object),
      ...(units === null ? {} : { units }),
      ...(alarm === null ? {} : { alarm }),
      ...(timeMs === null ? {} : { timeMs }),
    };
  }

  /** In one line: time, value, units and alarm. */
  toString(): string {
    return this.#line({ compact: true, breakLength: Infinity });
  }

  [inspect.custom](depth: number, options: InspectOptions): string {
    return `PvaData ${depth < 0 ? '[Object]' : this.#line(options)}`;
  }

  #line(options: InspectOptions): string {
    if (this.#handle === null) return '(empty)';
    const { alarm, timeMs } = this;
    const content = this.#content();
    const parts = [
      timeMs === null ? null : timeOf(timeMs),
      inspect('fields' in content ? content.fields : labelled(content.value), options),
      this.units,
      alarm === null || alarm.severity === 'NONE' ? null : `${alarm.severity} ${alarm.status} ${alarm.message}`.trim(),
    ];
    return parts.filter((part) => part !== null).join(' ');
  }

  #content(): { readonly value: unknown } | { readonly fields: unknown } {
    if (this.#decode !== null) {
      try {
        return { value: this.value };
      } catch {
        // It isn't of the type that was asked for: shown as it is.
      }
    }
    const { fields } = this;
    if ('value' in fields) return { value: fields['value'] };
    const shown = Object.entries(fields).filter(([name]) => name !== 'alarm' && name !== 'timeStamp');
    return { fields: Object.fromEntries(shown) };
  }
}

function timeOf(timeMs: number): string {
  const time = new Date(timeMs);
  return Number.isNaN(time.valueOf()) ? `${timeMs} ms` : time.toISOString();
}

/** An enum as index and label, without the choices. */
function labelled(value: unknown): unknown {
  const { index, choices } = (value ?? {}) as { readonly index?: unknown; readonly choices?: unknown };
  if (typeof index !== 'number' || !Array.isArray(choices)) return value;
  return { index, label: (choices as unknown[])[index] ?? '' };
}
