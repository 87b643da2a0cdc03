import { SEVERITY_NUMBERS } from './alarm-severity.js';
import { STATUS_NUMBERS } from './alarm-status.js';
import type { DeviceRecord } from './device-record.js';
import { IocError } from './ioc-error.js';
import type { NativeIoc } from './native-ioc.js';
import type { RecordUpdate } from './record-update.js';
import type { RecordValue } from './record-value.js';
import { valueCheck, type ValueCheck } from './value-check.js';

const HAS_VALUE = 0x01;
const HAS_ALARM = 0x02;
const HAS_MESSAGE = 0x04;
const SEVERITY_SHIFT = 4;
const STATUS_SHIFT = 8;

/**
 * Packs updates into the arrays that one native call takes. Numbers go in one Float64Array, 64-bit integers in its bits;
 * strings, arrays and alarm messages follow one another in `rest`. The arrays are used again for the next batch.
 */
export class PostPacker {
  readonly #checks: (ValueCheck | undefined)[] = [];
  #indexes = new Uint32Array(0);
  #flags = new Uint16Array(0);
  #numbers = new Float64Array(0);
  #integers = new BigInt64Array(0);
  #times = new Float64Array(0);

  /**
   * Check all updates, then post them in one call; a value that its record can't hold posts none of them.
   * @throws IocError `RECORD_VALUE_TYPE`, `RECORD_VALUE_RANGE`, `RECORD_VALUE_TOO_LONG`
   */
  post(native: NativeIoc, updates: readonly RecordUpdate[]): void {
    const count = updates.length;
    if (count > this.#indexes.length) this.#grow(count);
    const rest: RecordValue[] = [];
    let position = 0;
    for (const update of updates) this.#pack(position++, update, rest);
    native.post(count, this.#indexes, this.#flags, this.#numbers, this.#times, rest);
  }

  #pack(i: number, update: RecordUpdate, rest: RecordValue[]): void {
    const { record, value, severity } = update;
    this.#indexes[i] = record.index;
    this.#times[i] = update.timeMs ?? NaN;
    let flags = 0;
    if (value !== undefined) {
      flags = HAS_VALUE;
      const check = (this.#checks[record.index] ??= valueCheck(record));
      if (check.slot === 'number') this.#numbers[i] = check.check(value);
      else if (check.slot === 'integer') this.#integers[i] = check.check(value);
      else rest.push(check.check(value));
    }
    if (severity !== undefined || record.direction === 'in') {
      flags |= HAS_ALARM | (SEVERITY_NUMBERS[severity ?? 'NONE'] << SEVERITY_SHIFT);
      if (severity !== undefined && severity !== 'NONE') {
        if (update.status !== undefined) flags |= STATUS_NUMBERS[update.status] << STATUS_SHIFT;
        if (update.message !== undefined) {
          flags |= HAS_MESSAGE;
          rest.push(update.message);
        }
      }
    }
    this.#flags[i] = flags;
  }

  #grow(count: number): void {
    const capacity = Math.max(64, 2 ** Math.ceil(Math.log2(count)));
    this.#indexes = new Uint32Array(capacity);
    this.#flags = new Uint16Array(capacity);
    this.#numbers = new Float64Array(capacity);
    this.#integers = new BigInt64Array(this.#numbers.buffer);
    this.#times = new Float64Array(capacity);
  }
}

/** @throws IocError `RECORD_VALUE_TYPE` unless every record holds a plain number */
export function requireNumberRecords(records: readonly DeviceRecord[]): void {
  for (const record of records) {
    if (valueCheck(record).slot === 'number') continue;
    throw new IocError('RECORD_VALUE_TYPE', `${record.name} (${record.type}) doesn't hold a number: use post()`);
  }
}
