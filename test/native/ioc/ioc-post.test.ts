import t from 'tap';
import { startTestIoc } from './test-ioc.js';

/** menuAlarmStat from 1 on. */
const STATUSES =
  'READ WRITE HIHI HIGH LOLO LOW STATE COS COMM TIMEOUT HWLIMIT CALC SCAN LINK SOFT BAD_SUB UDF DISABLE SIMM READ_ACCESS WRITE_ACCESS'.split(
    ' ',
  );

void t.test('posting', async (t) => {
  const { ioc, clients } = await startTestIoc(t, {
    databases: ['test/native/ioc/records.db', 'test/native/ioc/arrays.db'],
    initial: [
      { name: 'ai', value: 1.5 },
      { name: 'mbbi', value: 'Running' },
      { name: 'lsi', value: 'first' },
    ],
  });
  const long = 'x'.repeat(299);

  await t.test('before iocRun is what the first client sees: no undefined value', async (t) => {
    t.match(await clients.call('pvaGet', 'ai'), { value: 1.5, alarm: { severity: 0 } });
    t.match(await clients.call('caAlarm', 'mbbi'), { severity: 0, status: 0 });
    t.equal(await clients.call('caGet', 'mbbi'), 1);
    t.match(await clients.call('caAlarm', 'silent'), { severity: 3 }, 'a record nobody posted stays undefined');
    await ioc.call('putField', 'silent.PROC', '1');
    t.equal(await ioc.call('getField', 'silent.STAT'), 'UDF', 'also when it is processed');
  });

  await t.test('carries every type to CA and PVA', async (t) => {
    const cases: readonly [name: string, value: unknown, ca: unknown, pva: unknown][] = [
      ['ai', 2.5, 2.5, 2.5],
      ['ao', -3.5, -3.5, -3.5],
      ['bi', 'Yes', 1, { index: 1 }],
      ['bo', 1, 1, { index: 1 }],
      ['mbbi', 'Failed', 2, { index: 2, choices: ['Idle', 'Running', 'Failed'] }],
      ['mbbo', 'Twenty', 1, { index: 1 }],
      ['longin', -(2 ** 31), -(2 ** 31), -(2 ** 31)],
      ['longout', 2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1],
      ['int64in', { bigint: '4503599627370497' }, 4503599627370497, 4503599627370497],
      ['int64out', { bigint: '-5' }, -5, -5],
      [
        'stringin',
        'thirty-nine characters fit in a record.',
        'thirty-nine characters fit in a record.',
        /^thirty-nine/,
      ],
      ['stringout', 'µ', 'µ', 'µ'],
      ['lsi', long, long.slice(0, 39), long],
      ['lso', 'short', 'short', 'short'],
      ['waveform', { Float64Array: [1, 2.5] }, [1, 2.5], [1, 2.5]],
      ['aai', { Int32Array: [1, 2, 3] }, [1, 2, 3], [1, 2, 3]],
      ['aao', { Float64Array: [] }, [], []],
    ];
    for (const [name, value, ca, pva] of cases) {
      await ioc.call('post', { name, value, severity: 'NONE' });
      t.match(await clients.call('pvaGet', name), { value: pva }, `${name} over PVA`);
      t.match(await clients.call('caGet', name), ca, `${name} over CA`);
      t.equal(await ioc.call('getField', `${name}.UDF`), '0');
    }
    t.equal(await clients.call('caGetText', 'lsi.VAL$'), long, 'long text over CA');
    t.equal(await ioc.call('getField', 'lsi'), long);
    t.equal(ioc.pending('write').length, 0, 'a post to an out record calls no handler');
  });

  await t.test('carries arrays of every element type', async (t) => {
    const arrays: Record<string, unknown> = {
      STRING: ['one', 'two'],
      CHAR: { Int8Array: [-1, 1] },
      UCHAR: { Uint8Array: [0, 255] },
      SHORT: { Int16Array: [-1, 1] },
      USHORT: { Uint16Array: [0, 65535] },
      LONG: { Int32Array: [-1, 1] },
      ULONG: { Uint32Array: [0, 4294967295] },
      INT64: { BigInt64Array: ['-9223372036854775808', '9223372036854775807'] },
      UINT64: { BigUint64Array: ['0', '18446744073709551615'] },
      FLOAT: { Float32Array: [0.5, -0.5] },
      DOUBLE: { Float64Array: [0.1, -0.1] },
      ENUM: { Uint16Array: [0, 3] },
    };
    for (const [elementType, value] of Object.entries(arrays)) {
      for (const type of ['waveform', 'aai', 'aao']) {
        const name = `${type}:${elementType}`;
        await ioc.call('post', { name, value });
        t.same(await ioc.call('read', name), value, name);
        t.equal(await ioc.call('getField', `${name}.NORD`), '2');
      }
    }
    await ioc.call('post', { name: 'waveform:CHAR', value: 'abc' });
    t.same(await ioc.call('read', 'waveform:CHAR'), { Int8Array: [97, 98, 99, 0] }, 'text in an array of characters');
    t.equal(await clients.call('caGetText', 'waveform:CHAR'), 'abc');
  });

  await t.test("keeps the worse of the record's alarm and the posted one", async (t) => {
    const alarm = async (): Promise<unknown[]> =>
      Promise.all(['ai.SEVR', 'ai.STAT', 'ai.AMSG'].map(async (field) => ioc.call('getField', field)));
    await ioc.call('post', { name: 'ai', value: 60 });
    t.same(await alarm(), ['MINOR', 'HIGH', '']);
    await ioc.call('post', { name: 'ai', value: 60, severity: 'MAJOR', message: 'posted' });
    t.same(await alarm(), ['MAJOR', 'READ', 'posted']);
    await ioc.call('post', { name: 'ai', value: 120, severity: 'MINOR', message: 'posted' });
    t.same(await alarm(), ['MAJOR', 'HIHI', '']);
    const message = 'DM is unreachable: connect ECONNREFUSED 127.0.0.1';
    await ioc.call('post', { name: 'ai', severity: 'INVALID', message });
    t.same(await alarm(), ['INVALID', 'READ', message.slice(0, 39)]);
    t.equal(await ioc.call('read', 'ai'), 120, 'the value is kept');
    await ioc.call('putField', 'ai.PROC', '1');
    t.same(await alarm(), ['INVALID', 'READ', message.slice(0, 39)], 'processing does not lose the alarm');
    await ioc.call('post', { name: 'ai', value: 1 });
    t.same(await alarm(), ['NO_ALARM', 'NO_ALARM', ''], 'and a value clears it, message and all');
    await ioc.call('post', { name: 'mbbi', value: 2 });
    t.equal(await ioc.call('getField', 'mbbi.SEVR'), 'MAJOR', 'alarm of a state');
  });

  await t.test('says what the alarm is about, by itself or as it is told', async (t) => {
    const alarm = async (name: string): Promise<unknown[]> =>
      Promise.all(['SEVR', 'STAT', 'AMSG'].map(async (field) => ioc.call('getField', `${name}.${field}`)));
    await ioc.call('post', { name: 'mbbi', value: 2, severity: 'MAJOR', message: 'stage 3 failed' });
    t.same(await alarm('mbbi'), ['MAJOR', 'READ', 'stage 3 failed']);
    for (const [number, status] of STATUSES.entries()) {
      await ioc.call('post', { name: 'mbbi', value: 2, severity: 'MAJOR', status, message: 'stage 3 failed' });
      t.same(await alarm('mbbi'), ['MAJOR', status, 'stage 3 failed']);
      t.match(await clients.call('caAlarm', 'mbbi'), { severity: 2, status: number + 1 });
    }
    await ioc.call('post', { name: 'bo', value: 1, severity: 'INVALID' });
    t.same(await alarm('bo'), ['INVALID', 'WRITE', '']);
    await ioc.call('post', { name: 'bo', severity: 'INVALID', status: 'COMM', message: 'no DAQ' });
    t.same(await alarm('bo'), ['INVALID', 'COMM', 'no DAQ']);
    t.match(await clients.call('pvaGet', 'bo'), { alarm: { severity: 3, message: 'no DAQ' } });
    await ioc.call('post', { name: 'bo', severity: 'NONE', status: 'COMM' });
    t.same(await alarm('bo'), ['NO_ALARM', 'NO_ALARM', '']);
    await ioc.call('post', { name: 'mbbi', value: 0, status: 'STATE' });
    t.same(await alarm('mbbi'), ['NO_ALARM', 'NO_ALARM', '']);
  });

  await t.test('keeps the alarm of a failed write until a post clears it by name', async (t) => {
    const answer = clients.call('caPutWait', 'stringout', 'bad');
    await ioc.event({ event: 'write', name: 'stringout' });
    await ioc.call('settle', 'stringout', { message: 'refused' });
    await answer;
    await ioc.call('post', { name: 'stringout', value: 'as before' });
    t.equal(await ioc.call('getField', 'stringout.AMSG'), 'refused');
    await ioc.call('post', { name: 'stringout', severity: 'NONE' });
    t.equal(await ioc.call('getField', 'stringout.SEVR'), 'NO_ALARM');
  });

  await t.test('sets the time stamp', async (t) => {
    const timeMs = Date.UTC(2024, 1, 29, 12, 0, 0, 250);
    await ioc.call('post', { name: 'longin', value: 3, timeMs });
    t.match(await clients.call('pvaGet', 'longin'), {
      timeStamp: { secondsPastEpoch: Math.floor(timeMs / 1000), nanoseconds: 250_000_000 },
    });
    const before = Date.now() / 1000;
    await ioc.call('post', { name: 'longin', value: 4 });
    const { time } = (await clients.call('caAlarm', 'longin')) as { time: number };
    t.ok(time >= before - 0.01 && time <= Date.now() / 1000 + 0.01, 'now by default');
  });

  await t.test('respects deadbands and loses no last value', async (t) => {
    await ioc.call('post', { name: 'ai', value: 10 });
    await clients.call('caMonitor', 'ai');
    await clients.event({ event: 'update', value: 10 });
    await ioc.call('post', { name: 'ai', value: 10.5 });
    await ioc.call('post', { name: 'ai', value: 20 });
    await clients.event({ event: 'update', value: 20 });
    t.equal(clients.pending('update').length, 0, '0.5 is within MDEL');
  });

  await t.test('while a write is under way is applied after it', async (t) => {
    for (const [name, put, posted] of [
      ['ao', 5, 6],
      ['stringout', 'put', 'posted'],
      ['aao', [1, 2], { Float64Array: [3] }],
    ] as const) {
      const answer = clients.call('pvaPutWait', name, put);
      await ioc.event({ event: 'write', name });
      await ioc.call('post', { name, value: posted, severity: 'MINOR', message: 'later' });
      await ioc.call('settle', name);
      t.match(await answer, { status: 1 });
      t.same(await ioc.call('read', name), posted);
      t.equal(await ioc.call('getField', `${name}.AMSG`), 'later');
    }
  });

  await t.test('during a write never replaces a newer put', async (t) => {
    await clients.call('caPut', 'longout', 1);
    await ioc.event({ event: 'write', name: 'longout' });
    await ioc.call('post', { name: 'longout', value: 50 });
    await clients.call('caPut', 'longout', 2);
    await ioc.call('settle', 'longout');
    t.match(await ioc.event({ event: 'write', name: 'longout' }), { value: 2 });
    await ioc.call('settle', 'longout');
  });

  await t.test('of a value that does not fit names record and reason, and posts nothing', async (t) => {
    const cases: readonly [name: string, value: unknown, code: string][] = [
      ['longin', 2 ** 31, 'RECORD_VALUE_RANGE'],
      ['longin', 0.5, 'RECORD_VALUE_RANGE'],
      ['ai', 'text', 'RECORD_VALUE_TYPE'],
      ['mbbi', 'Nowhere', 'RECORD_VALUE_RANGE'],
      ['stringin', 'x'.repeat(40), 'RECORD_VALUE_TOO_LONG'],
      ['lsi', 'x'.repeat(300), 'RECORD_VALUE_TOO_LONG'],
      ['waveform', { Float32Array: [1] }, 'RECORD_VALUE_TYPE'],
      ['waveform', { Float64Array: [1, 2, 3, 4, 5, 6, 7, 8, 9] }, 'RECORD_VALUE_TOO_LONG'],
    ];
    await ioc.call('post', { name: 'ao', value: 1 });
    for (const [name, value, code] of cases) {
      const bad = ioc.call('post', { name: 'ao', value: 2 }, { name, value });
      await t.rejects(bad, { code, message: new RegExp(`t:${name} `) });
    }
    t.equal(await ioc.call('read', 'ao'), 1);
  });
});

void t.test('fields and shell', async (t) => {
  const { ioc } = await startTestIoc(t);

  await t.test('fields are read and written as text', async (t) => {
    const cases: readonly [field: string, value: string][] = [
      ['ai.HIHI', '12.345678901234567'],
      ['ai.HHSV', 'MINOR'],
      ['ai.DESC', 'a description'],
      ['ai.FLNK', 't:count'],
      ['lso.SIZV', '300'],
      ['int64in.HIGH', '9223372036854775807'],
    ];
    for (const [field, value] of cases) {
      if (field !== 'lso.SIZV') await ioc.call('putField', field, value);
      t.match(await ioc.call('getField', field), value, field);
    }
    await ioc.call('putField', 'longin.HIGH', '010');
    t.equal(await ioc.call('getField', 'longin.HIGH'), '10', 'decimal, not octal');
    const text = 'y'.repeat(200);
    const answer = ioc.call('putField', 'lso', text);
    await ioc.event({ event: 'write', name: 'lso' });
    await answer;
    await ioc.call('settle', 'lso');
    t.equal(await ioc.call('getField', 'lso'), text);
  });

  await t.test('a wrong field or value is an error with its name', async (t) => {
    await t.rejects(ioc.call('getField', 'ai.NOPE'), { code: 'IOC_FIELD', message: /t:ai\.NOPE/ });
    await t.rejects(ioc.call('putField', 'ai.HIHI', 'high'), { code: 'IOC_FIELD', message: /t:ai\.HIHI/ });
    await t.rejects(ioc.call('putField', 'ai.HHSV', 'WORST'), { code: 'IOC_FIELD' });
    await t.rejects(ioc.call('putField', 'lso', 'z'.repeat(300)), { code: 'IOC_FIELD', message: /299/ });
  });

  await t.test('iocsh commands run, and fail with what they say', async (t) => {
    await ioc.call('execute', 'dbpf t:longin.HIGH 77');
    t.equal(await ioc.call('getField', 'longin.HIGH'), '77');
    await t.rejects(ioc.call('execute', 'noSuchCommand 1'), { code: 'IOC_COMMAND', message: /noSuchCommand/ });
    await ioc.call('execute', 'exit');
    t.equal(await ioc.call('getField', 'longin.HIGH'), '77', 'exit ends the command, not the process');
  });
});
