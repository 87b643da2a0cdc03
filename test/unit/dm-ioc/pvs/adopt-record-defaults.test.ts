import { adoptRecordDefaults } from 'dm-ioc/internal/pvs/adopt-record-defaults';
import { bindRecords } from 'dm-ioc/internal/pvs/bind-records';
import t from 'tap';
import { deviceRecord } from '../device-record.js';
import { AREAS, emptyStore } from '../empty-store.js';

await t.test(
  'a value in a database is where an input begins, and one that no client could put names its record',
  (t) => {
    const store = emptyStore();
    const bindings = bindRecords([deviceRecord(0, 'dm:PollPeriod', 'ao', 'service.pollPeriod')], AREAS);
    adoptRecordDefaults({ readRecord: () => 5 }, bindings, store);
    t.equal(store.state.service.inputs.pollPeriodS, 5);
    t.throws(
      () => {
        adoptRecordDefaults({ readRecord: () => 0 }, bindings, store);
      },
      { code: 'DATABASE_VALUE', message: 'test.db: record dm:PollPeriod: its VAL: 0 is out of range 0.1..3600 s' },
    );
    t.end();
  },
);
