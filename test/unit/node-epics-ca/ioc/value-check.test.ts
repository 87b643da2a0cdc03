import fc from 'fast-check';
import t from 'tap';
import type { DeviceRecord, DeviceRecordType, RecordValue } from 'node-epics-ca';
import type * as ValueCheckModule from '../../../../src/node-epics-ca/ioc/value-check.js';
import { internal } from './internal.js';

const { valueCheck } = await internal<typeof ValueCheckModule>('value-check');

function record(type: DeviceRecordType, more: Partial<DeviceRecord> = {}): DeviceRecord {
  return {
    index: 0,
    name: 'dm:x',
    type,
    direction: 'in',
    address: 'a.b',
    description: '',
    units: '',
    maxLength: 1,
    elementType: null,
    states: [],
    info: {},
    file: 'x.db',
    ...more,
  };
}

function check(target: DeviceRecord, value: RecordValue): RecordValue {
  return valueCheck(target).check(value);
}

void t.test('a longin takes exactly the integers of 32 bits', (t) => {
  fc.assert(fc.property(fc.integer(), (value) => check(record('longin'), value) === value));
  for (const value of [2 ** 31, -(2 ** 31) - 1, 0.5, NaN, Infinity]) {
    t.throws(() => check(record('longin'), value), { code: 'RECORD_VALUE_RANGE', message: /dm:x/ });
  }
  t.throws(() => check(record('longin'), '1'), { code: 'RECORD_VALUE_TYPE' });
  t.end();
});

void t.test('an int64in takes bigints of 64 bits and safe integers', (t) => {
  fc.assert(fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (value) => check(record('int64in'), value) === value));
  t.equal(check(record('int64in'), 5), 5n);
  t.throws(() => check(record('int64in'), 2n ** 63n), { code: 'RECORD_VALUE_RANGE' });
  t.throws(() => check(record('int64in'), 2 ** 53), { code: 'RECORD_VALUE_RANGE', message: /bigint/ });
  t.throws(() => check(record('int64in'), 'x'), { code: 'RECORD_VALUE_TYPE' });
  t.end();
});

void t.test('an ai takes every number, also NaN', (t) => {
  fc.assert(fc.property(fc.double(), (value) => Object.is(check(record('ai'), value), value)));
  t.throws(() => check(record('ai'), 1n), { code: 'RECORD_VALUE_TYPE' });
  t.end();
});

void t.test('states are given by index or label', (t) => {
  const mbbi = record('mbbi', { states: ['Idle', 'Running'] });
  t.equal(check(mbbi, 'Running'), 1);
  t.equal(check(mbbi, 15), 15);
  t.throws(() => check(mbbi, 'Gone'), { code: 'RECORD_VALUE_RANGE', message: /Idle, Running/ });
  t.throws(() => check(mbbi, 16), { code: 'RECORD_VALUE_RANGE' });
  t.throws(() => check(mbbi, 0.5), { code: 'RECORD_VALUE_RANGE' });
  for (const type of ['bi', 'bo', 'busy'] as const) {
    t.equal(check(record(type), 1), 1);
    t.throws(() => check(record(type), 2), { code: 'RECORD_VALUE_RANGE' });
  }
  t.end();
});

void t.test('text fits by its bytes of UTF-8, with room for the NUL', (t) => {
  const lsi = record('lsi', { maxLength: 10 });
  t.equal(check(lsi, '123456789'), '123456789');
  t.throws(() => check(lsi, '1234567890'), { code: 'RECORD_VALUE_TOO_LONG', message: /10 bytes, and 9 fit/ });
  t.equal(check(lsi, 'µµµµ'), 'µµµµ');
  t.throws(() => check(lsi, 'µµµµµ'), { code: 'RECORD_VALUE_TOO_LONG' });
  t.throws(() => check(lsi, 'a\0b'), { code: 'RECORD_VALUE_RANGE' });
  t.throws(() => check(lsi, 5), { code: 'RECORD_VALUE_TYPE' });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const fits = Buffer.byteLength(value) < 10 && !value.includes('\0');
      try {
        return check(lsi, value) === value && fits;
      } catch {
        return !fits;
      }
    }),
  );
  t.end();
});

void t.test('an array takes the typed array of its element type, up to NELM', (t) => {
  const wave = (elementType: string): DeviceRecord => record('waveform', { elementType, maxLength: 3 });
  const arrays: Record<string, RecordValue> = {
    CHAR: Int8Array.of(1),
    UCHAR: Uint8Array.of(1),
    SHORT: Int16Array.of(1),
    USHORT: Uint16Array.of(1),
    LONG: Int32Array.of(1),
    ULONG: Uint32Array.of(1),
    INT64: BigInt64Array.of(1n),
    UINT64: BigUint64Array.of(1n),
    FLOAT: Float32Array.of(1),
    DOUBLE: Float64Array.of(1),
    ENUM: Uint16Array.of(1),
    STRING: ['a'],
  };
  for (const [elementType, value] of Object.entries(arrays)) {
    t.equal(check(wave(elementType), value), value, elementType);
    t.throws(() => check(wave(elementType), 1), { code: 'RECORD_VALUE_TYPE' });
  }
  t.throws(() => check(wave('DOUBLE'), Float32Array.of(1)), { code: 'RECORD_VALUE_TYPE', message: /Float64Array/ });
  t.throws(() => check(wave('DOUBLE'), new Float64Array(4)), { code: 'RECORD_VALUE_TOO_LONG', message: /NELM is 3/ });
  t.throws(() => check(wave('STRING'), ['x'.repeat(40)]), { code: 'RECORD_VALUE_TOO_LONG' });
  t.throws(() => check(wave('STRING'), ['1', '2', '3', '4']), { code: 'RECORD_VALUE_TOO_LONG' });
  t.same(check(wave('CHAR'), 'ab'), Int8Array.of(97, 98, 0), 'text for an array of characters');
  t.throws(() => check(wave('UCHAR'), 'abc'), { code: 'RECORD_VALUE_TOO_LONG' });
  t.end();
});
