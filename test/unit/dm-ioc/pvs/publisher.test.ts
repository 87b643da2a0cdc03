import { bindRecords } from 'dm-ioc/internal/pvs/bind-records';
import { Publisher } from 'dm-ioc/internal/pvs/publisher';
import { toRecordValue } from 'dm-ioc/internal/pvs/record-value';
import { allAreas } from 'dm-ioc/internal/areas/areas';
import { SLOT_KINDS } from 'dm-ioc/internal/slots/kinds';
import { newStream, streamWith } from 'dm-ioc/internal/slots/stream/stream';
import { initialState } from 'dm-ioc/internal/state/initial-state';
import { Store } from 'dm-ioc/internal/state/store';
import { IocError, type RecordUpdate } from 'node-epics-ca';
import tap from 'tap';
import { deviceRecord } from '../device-record.js';

const RECORDS = [
  deviceRecord(0, 'DataCount', 'int64in', 'stream[1].dataCount'),
  deviceRecord(1, 'DataMissed', 'int64in', 'stream[1].dataMissed'),
  deviceRecord(2, 'DataRate', 'ai', 'stream[1].dataRate'),
  deviceRecord(3, 'DataLastId', 'int64in', 'stream[1].dataLastId'),
] as const;

void tap.test(
  'a value that can not be shown, or that its record does not take, keeps no other of its batch from being posted',
  (t) => {
    const counts = { stream: 1 };
    const identity = { version: '1', backend: 'local', station: 's', owner: 'o' };
    const store = new Store(initialState({ ...identity, kinds: SLOT_KINDS, slots: counts }), SLOT_KINDS);
    const shown = new Map<string, unknown>();
    const errors: unknown[] = [];
    const post = (updates: readonly RecordUpdate[]): void => {
      if (updates.some(({ value }) => value === Infinity)) throw new IocError('RECORD_VALUE_RANGE', 'DataRate: no');
      for (const { record, value } of updates) shown.set(record.name, value);
    };
    const publisher = new Publisher({ post }, store, bindRecords(RECORDS, allAreas(SLOT_KINDS, counts)), (error) => {
      errors.push(error);
    });
    publisher.start();
    const about = { id: 's1', protocol: 'Native', workflow: 'w', owner: 'o', experiment: '' } as const;
    const stream = newStream({ ...about, dataPv: 'd', reportPv: '' }, 0);
    const data = { ...stream.live.data, count: 7, rate: Infinity, missed: NaN, lastId: 5 };
    const object = streamWith(stream, { live: { ...stream.live, data } });
    store.dispatch({ type: 'slotTaken', kind: 'stream', slot: 1, object });
    publisher.flush();
    t.match(
      shown,
      new Map<string, unknown>([
        ['DataCount', 7n],
        ['DataLastId', 5n],
        ['DataMissed', 0n],
        ['DataRate', 0],
      ]),
    );
    t.match(errors, [{ name: 'RangeError' }, { code: 'RECORD_VALUE_RANGE' }]);
    t.end();
  },
);

void tap.test('a state is posted after the numbers and texts that changed with it', (t) => {
  const counts = { stream: 1 };
  const identity = { version: '1', backend: 'local', station: 's', owner: 'o' };
  const store = new Store(initialState({ ...identity, kinds: SLOT_KINDS, slots: counts }), SLOT_KINDS);
  const records = [
    deviceRecord(0, 'DataConnected', 'bi', 'stream[1].dataConnected', ['No', 'Yes']),
    deviceRecord(1, 'DataCount', 'int64in', 'stream[1].dataCount'),
    deviceRecord(2, 'DataLastId', 'int64in', 'stream[1].dataLastId'),
  ];
  const posted: string[][] = [];
  const post = (updates: readonly RecordUpdate[]): void => {
    posted.push(updates.map(({ record }) => record.name));
  };
  const bindings = bindRecords(records, allAreas(SLOT_KINDS, counts));
  const publisher = new Publisher({ post }, store, bindings, (error) => {
    throw error;
  });
  publisher.start();
  const about = { id: 's1', protocol: 'Native', workflow: 'w', owner: 'o', experiment: '' } as const;
  const stream = newStream({ ...about, dataPv: 'd', reportPv: '' }, 0);
  const object = streamWith(stream, {
    live: { ...stream.live, data: { ...stream.live.data, count: 7, lastId: 5, isConnected: true } },
  });
  store.dispatch({ type: 'slotTaken', kind: 'stream', slot: 1, object });
  publisher.flush();
  t.same(posted.at(-1), ['DataCount', 'DataLastId', 'DataConnected']);
  t.end();
});

void tap.test('a whole number beyond 64 bits is shown as the largest there is', (t) => {
  const [record] = RECORDS;
  const signal = { kind: 'reading', valueKind: 'integer' } as never;
  t.equal(toRecordValue(record, signal, 2 ** 64), 2n ** 63n - 1024n);
  t.equal(toRecordValue(record, signal, -(2 ** 64)), -(2n ** 63n));
  t.equal(toRecordValue(record, signal, 2 ** 60), 2n ** 60n);
  t.end();
});
