import type { DeviceRecord } from './device-record.js';
import { IocError, type IocErrorCode } from './ioc-error.js';
import type { RecordValue } from './record-value.js';

/** Turns a value into what the record's slot of a batch takes: a number, an integer in 64 bits, or a string or array. */
export type ValueCheck =
  | { readonly slot: 'number'; check(value: RecordValue): number }
  | { readonly slot: 'integer'; check(value: RecordValue): bigint }
  | { readonly slot: 'rest'; check(value: RecordValue): RecordValue };

type ArrayConstructor = abstract new (...args: never[]) => ArrayBufferView & { readonly length: number };

const ELEMENT_ARRAYS: Readonly<Record<string, ArrayConstructor>> = {
  CHAR: Int8Array,
  UCHAR: Uint8Array,
  SHORT: Int16Array,
  USHORT: Uint16Array,
  LONG: Int32Array,
  ULONG: Uint32Array,
  INT64: BigInt64Array,
  UINT64: BigUint64Array,
  FLOAT: Float32Array,
  DOUBLE: Float64Array,
  ENUM: Uint16Array,
};
const STRING_BYTES = 40;
const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** How to check values for a record, chosen once for each record. */
export function valueCheck(record: DeviceRecord): ValueCheck {
  switch (record.type) {
    case 'ai':
    case 'ao':
      return {
        slot: 'number',
        check: (value) => (typeof value === 'number' ? value : wrongType(record, value, 'a number')),
      };
    case 'longin':
    case 'longout':
      return { slot: 'number', check: (value) => int32(record, value) };
    case 'bi':
    case 'bo':
    case 'busy':
      return { slot: 'number', check: (value) => state(record, value, 2) };
    case 'mbbi':
    case 'mbbo':
      return { slot: 'number', check: (value) => state(record, value, 16) };
    case 'int64in':
    case 'int64out':
      return { slot: 'integer', check: (value) => int64(record, value) };
    case 'stringin':
    case 'stringout':
    case 'lsi':
    case 'lso':
      return { slot: 'rest', check: (value) => text(record, value, record.maxLength) };
    case 'waveform':
    case 'aai':
    case 'aao':
      return { slot: 'rest', check: (value) => array(record, value) };
  }
}

function int32(record: DeviceRecord, value: RecordValue): number {
  if (typeof value !== 'number') return wrongType(record, value, 'a number');
  if (!Number.isInteger(value) || value < INT32.min || value > INT32.max) {
    return refuse('RECORD_VALUE_RANGE', record, `${value} isn't an integer of 32 bits`);
  }
  return value;
}

function int64(record: DeviceRecord, value: RecordValue): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'number') {
    return refuse('RECORD_VALUE_RANGE', record, `${value} isn't a safe integer: give a bigint`);
  }
  if (typeof value !== 'bigint') return wrongType(record, value, 'a bigint or an integer');
  if (value < INT64.min || value > INT64.max) {
    return refuse('RECORD_VALUE_RANGE', record, `${value.toString()} isn't an integer of 64 bits`);
  }
  return value;
}

function state(record: DeviceRecord, value: RecordValue, most: number): number {
  if (typeof value === 'string') {
    const index = record.states.indexOf(value);
    if (index >= 0) return index;
    return refuse('RECORD_VALUE_RANGE', record, `"${value}" isn't one of its states ${record.states.join(', ')}`);
  }
  if (typeof value !== 'number') return wrongType(record, value, "a state's index or label");
  if (!Number.isInteger(value) || value < 0 || value >= most) {
    return refuse('RECORD_VALUE_RANGE', record, `${value} isn't a state's index below ${most}`);
  }
  return value;
}

function text(record: DeviceRecord, value: RecordValue, maxBytes: number): string {
  if (typeof value !== 'string') return wrongType(record, value, 'a string');
  if (value.includes('\0'))
    return refuse('RECORD_VALUE_RANGE', record, 'a string with a NUL character would be cut there');
  // A UTF-16 unit takes at most three bytes of UTF-8.
  if (value.length * 3 < maxBytes) return value;
  const bytes = Buffer.byteLength(value);
  if (bytes < maxBytes) return value;
  return refuse('RECORD_VALUE_TOO_LONG', record, `the text has ${bytes} bytes, and ${maxBytes - 1} fit`);
}

function array(record: DeviceRecord, value: RecordValue): RecordValue {
  const elementType = record.elementType ?? '';
  if (elementType === 'STRING') return strings(record, value);
  const needed = ELEMENT_ARRAYS[elementType];
  if (needed === undefined) return refuse('RECORD_VALUE_TYPE', record, `arrays of ${elementType} aren't supported`);
  if (typeof value === 'string' && (elementType === 'CHAR' || elementType === 'UCHAR')) {
    const bytes = new Uint8Array(Buffer.from(text(record, value, record.maxLength) + '\0'));
    return elementType === 'CHAR' ? new Int8Array(bytes.buffer) : bytes;
  }
  if (!(value instanceof needed)) return wrongType(record, value, `${needed.name} for its FTVL ${elementType}`);
  return withinLength(record, value);
}

function strings(record: DeviceRecord, value: RecordValue): RecordValue {
  if (!Array.isArray(value)) return wrongType(record, value, 'an array of strings');
  for (const element of value as readonly string[]) text(record, element, STRING_BYTES);
  return withinLength(record, value as readonly string[]);
}

function withinLength<T extends RecordValue & { readonly length: number }>(record: DeviceRecord, value: T): T {
  if (value.length <= record.maxLength) return value;
  return refuse(
    'RECORD_VALUE_TOO_LONG',
    record,
    `the array has ${value.length} elements, and its NELM is ${record.maxLength}`,
  );
}

function wrongType(record: DeviceRecord, value: unknown, needed: string): never {
  const kind = typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
  return refuse('RECORD_VALUE_TYPE', record, `it takes ${needed}, not ${kind}`);
}

function refuse(code: IocErrorCode, record: DeviceRecord, reason: string): never {
  throw new IocError(code, `${record.name} (${record.type}, ${record.address}): ${reason}`);
}
