import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { startTestIoc } from './test-ioc.js';

const FAILED_OVER_CA = 160;

void t.test('a put with completion', async (t) => {
  const { ioc, clients } = await startTestIoc(t);

  await t.test('waits for the handler, over CA and over PVA', async (t) => {
    for (const put of ['caPutWait', 'pvaPutWait']) {
      const answer = clients.call(put, 'ao', 2.5);
      t.match(await ioc.event({ event: 'write', name: 'ao' }), { value: 2.5 });
      t.equal(await ioc.call('getField', 'ao.PACT'), '1', 'the record is active meanwhile');
      await ioc.call('settle', 'ao');
      t.match(await answer, { status: 1 });
      t.equal(await ioc.call('getField', 'ao.PACT'), '0');
    }
  });

  await t.test(
    'fails with the reason in the alarm when the handler rejects, and a later success clears it',
    async (t) => {
      const message = 'the experiment gonzo2025-1 does not exist in DM';
      for (const [put, failed] of [
        ['caPutWait', { status: FAILED_OVER_CA }],
        ['pvaPutWait', { status: 0, message }],
      ] as const) {
        const answer = clients.call(put, 'stringout', 'gonzo2025-1');
        await ioc.event({ event: 'write', name: 'stringout' });
        await ioc.call('settle', 'stringout', { message });
        t.match(await answer, failed);
        t.match(await clients.call('pvaGet', 'stringout'), {
          alarm: { severity: 3, message: message.slice(0, 39) },
        });
        t.equal(await ioc.call('getField', 'stringout.STAT'), 'WRITE');
        const second = clients.call(put, 'stringout', 'good');
        await ioc.event({ event: 'write', name: 'stringout' });
        await ioc.call('settle', 'stringout');
        t.match(await second, { status: 1 });
        t.match(await clients.call('pvaGet', 'stringout'), { alarm: { severity: 0, message: '' }, value: 'good' });
      }
    },
  );

  await t.test("takes the alarm's severity from the error", async (t) => {
    for (const severity of ['MINOR', 'MAJOR', 'INVALID']) {
      const answer = clients.call('caPutWait', 'bo', 1);
      await ioc.event({ event: 'write', name: 'bo' });
      await ioc.call('settle', 'bo', { message: 'no', severity });
      t.match(await answer, { status: FAILED_OVER_CA });
      t.equal(await ioc.call('getField', 'bo.SEVR'), severity);
    }
  });

  await t.test('cuts the message to 39 bytes between characters', async (t) => {
    const answer = clients.call('caPutWait', 'bo', 1);
    await ioc.event({ event: 'write', name: 'bo' });
    await ioc.call('settle', 'bo', { message: `${'x'.repeat(38)}µ and more` });
    await answer;
    t.equal(await ioc.call('getField', 'bo.AMSG'), 'x'.repeat(38));
  });

  await t.test('of what the record does not take fails without a call of the handler', async (t) => {
    const { writesRefused } = (await ioc.call('counters')) as { writesRefused: number };
    await ioc.call('post', { name: 'mbbo', value: 'Ten' });
    t.match(await clients.call('caPutWait', 'mbbo', 'no state'), { status: FAILED_OVER_CA });
    t.match(await clients.call('caPutWait', 'longout', 'no number'), { status: FAILED_OVER_CA });
    t.equal(ioc.pending('write').length, 0);
    t.equal(await ioc.call('getField', 'mbbo.AMSG'), "the record doesn't take this value");
    t.match(await ioc.call('counters'), { writesRefused: writesRefused + 2 });
    const answer = clients.call('caPutWait', 'mbbo', 'Twenty');
    await ioc.event({ event: 'write', name: 'mbbo', value: 1 });
    await ioc.call('settle', 'mbbo');
    t.match(await answer, { status: 1 });
    t.equal(await ioc.call('getField', 'mbbo.SEVR'), 'NO_ALARM');
  });

  await t.test('that waits behind another is served after it, and does not inherit its failure', async (t) => {
    const first = clients.call('pvaPutWait', 'longout', 1);
    await ioc.event({ event: 'write', name: 'longout', value: 1 });
    const second = clients.call('caPutWait', 'longout', 2);
    await clients.call('caGet', 'longin');
    await ioc.call('settle', 'longout', { message: 'first failed' });
    t.match(await first, { status: 0 });
    t.match(await ioc.event({ event: 'write', name: 'longout', value: 2 }), { value: 2 });
    await ioc.call('settle', 'longout');
    t.match(await second, { status: 1 });
  });

  await t.test('that waits behind a failing plain put does not inherit its failure', async (t) => {
    await clients.call('caPut', 'longout', 3);
    await ioc.event({ event: 'write', name: 'longout', value: 3 });
    const second = clients.call('pvaPutWait', 'longout', 4);
    await clients.call('pvaGet', 'longin');
    await ioc.call('settle', 'longout', { message: 'the plain put failed' });
    await ioc.event({ event: 'write', name: 'longout', value: 4 });
    await ioc.call('settle', 'longout');
    t.match(await second, { status: 1 });
  });

  await t.test('knows its writer also when it had to queue', async (t) => {
    const first = clients.call('caPutWait', 'int64out', 1);
    const { user, host } = await ioc.event({ event: 'write', name: 'int64out' });
    t.ok(user, 'the user over CA');
    t.ok(host, 'the host over CA');
    const second = clients.call('pvaPutWait', 'int64out', 2);
    await clients.call('pvaGet', 'int64out');
    await ioc.call('settle', 'int64out');
    t.match(await ioc.event({ event: 'write', name: 'int64out' }), { value: { bigint: '2' }, user, host: '127.0.0.1' });
    await ioc.call('settle', 'int64out');
    await Promise.all([first, second]);
  });
});

void t.test('a plain put', async (t) => {
  const { ioc, clients } = await startTestIoc(t);

  await t.test('while the record is active is handled afterwards, newest value only, by its writer', async (t) => {
    await clients.call('caPut', 'ao', 1);
    await ioc.event({ event: 'write', name: 'ao', value: 1 });
    for (const value of [2, 3, 4]) await clients.call('caPut', 'ao', value);
    await ioc.call('settle', 'ao');
    const { value, user, host } = await ioc.event({ event: 'write', name: 'ao' });
    t.equal(value, 4);
    t.ok(user);
    t.ok(host);
    await ioc.call('settle', 'ao');
    t.equal(ioc.pending('write').length, 0);
    t.match(await ioc.call('counters'), { coalesced: 2, writesStarted: 2 });
  });

  await t.test('that waits for its turn is not overwritten by posts, and the newest of these comes last', async (t) => {
    await clients.call('caPut', 'ao', 1);
    await ioc.event({ event: 'write', name: 'ao', value: 1 });
    await ioc.call('post', { name: 'ao', value: 100 });
    await clients.call('caPut', 'ao', 2);
    await ioc.call('settleAndPost', 'ao', { name: 'ao', value: 101 });
    t.match(await ioc.event({ event: 'write', name: 'ao' }), { value: 2 });
    await ioc.call('settle', 'ao');
    while ((await ioc.call('getField', 'ao.PACT')) !== '0');
    t.equal(await ioc.call('read', 'ao'), 101);
  });

  await t.test('over PVA knows its writer', async (t) => {
    await clients.call('pvaPut', 'ao', 9);
    t.match(await ioc.event({ event: 'write', name: 'ao' }), { user: /./, host: '127.0.0.1' });
    await ioc.call('settle', 'ao');
  });

  await t.test('by the IOC itself has no writer', async (t) => {
    await ioc.call('putField', 'ao', '7');
    t.match(await ioc.event({ event: 'write', name: 'ao' }), { user: '', host: '', value: 7 });
    await ioc.call('settle', 'ao');
  });

  await t.test('by the IOC itself has no writer either after a client put what the record does not take', async (t) => {
    t.match(await clients.call('caPutWait', 'mbbo', 'no state'), { status: FAILED_OVER_CA });
    await ioc.call('putField', 'mbbo', 'Ten');
    t.match(await ioc.event({ event: 'write', name: 'mbbo' }), { user: '', host: '', value: 0 });
    await ioc.call('settle', 'mbbo');
    await ioc.call('putField', 'bo.DISA', '1');
    await clients.call('caPut', 'bo', 1);
    await ioc.call('putField', 'bo.DISA', '0');
    await ioc.call('putField', 'bo', 'Yes');
    t.match(await ioc.event({ event: 'write', name: 'bo' }), { user: '', host: '', value: 1 });
    await ioc.call('settle', 'bo');
  });

  await t.test('through a link has the writer of the put that caused it', async (t) => {
    await clients.call('caPut', 'starter', 1);
    t.match(await ioc.event({ event: 'write', name: 'busy' }), { user: /./, host: /./ });
    await ioc.call('settle', 'busy');
  });

  await t.test('is logged with record, field, value, user and host', async (t) => {
    await clients.call('caPut', 'ai.HIHI', 90);
    t.match(await ioc.event({ event: 'put', record: 't:ai' }), { field: 'HIHI', value: '90', user: /./, host: /./ });
    await clients.call('pvaPut', 'lso', 'long '.repeat(20));
    await ioc.event({ event: 'write', name: 'lso' });
    await ioc.call('settle', 'lso');
    t.match(await ioc.event({ event: 'put', record: 't:lso' }), { field: 'VAL', value: 'long '.repeat(20) });
    for (const [characters, text] of [
      [[0], ''],
      [[120], 'x'],
    ] as const) {
      await clients.call('caPut', 'lso.VAL$', characters);
      await ioc.event({ event: 'write', name: 'lso' });
      await ioc.call('settle', 'lso');
      const { value } = await ioc.event({ event: 'put', record: 't:lso' });
      t.equal(value, text, 'one character is a text, too');
    }
  });

  await t.test('is handled although a listener of the put log throws', async (t) => {
    const answer = clients.call('caPutWait', 'stringout', 'throw');
    await ioc.event({ event: 'error', message: 'Error: a put listener threw' });
    await ioc.event({ event: 'write', name: 'stringout', value: 'throw' });
    await ioc.call('settle', 'stringout');
    t.match(await answer, { status: 1 });
  });

  await t.test('tells what Channel Access may have changed of it', async (t) => {
    const cases: readonly [put: string, channel: string, value: unknown, told: object][] = [
      ['caPutWait', 'lso', 'a string', { isShortString: true, requestText: null }],
      ['caPutWait', 'lso.VAL$', 'characters', { isShortString: false, requestText: null }],
      ['pvaPutWait', 'lso', 'over PVAccess', { isShortString: false, requestText: null }],
      ['caPutWait', 'mbbo', 1, { isShortString: false, requestText: 'Twenty' }],
      ['pvaPutWait', 'mbbo', 1, { isShortString: false, requestText: null }],
      ['caPutWait', 'ao', 1.5, { isShortString: false, requestText: null }],
    ];
    for (const [put, channel, value, told] of cases) {
      const name = channel.replace('.VAL$', '');
      const answer = clients.call(put, channel, value);
      t.match(await ioc.event({ event: 'write', name }), told, `${put} ${channel}`);
      await ioc.call('settle', name);
      t.match(await answer, { status: 1 });
    }
  });
});

void t.test('every type arrives at the handler as what it is', async (t) => {
  const { ioc, clients } = await startTestIoc(t, {
    databases: ['test/native/ioc/records.db', 'test/native/ioc/arrays.db'],
  });
  const text = 'a text that is much longer than the forty characters of an EPICS string';
  const cases: readonly [put: string, channel: string, value: unknown, record: string, expected: unknown][] = [
    ['caPutWait', 'ao', 1.25, 'ao', 1.25],
    ['caPutWait', 'bo', 1, 'bo', 1],
    ['caPutWait', 'bo', 'Yes', 'bo', 1],
    ['caPutWait', 'bo', 5, 'bo', 5],
    ['caPutWait', 'mbbo', 'Twenty', 'mbbo', 1],
    ['pvaPutWait', 'mbbo', 0, 'mbbo', 0],
    ['caPutWait', 'longout', -7, 'longout', -7],
    ['pvaPutWait', 'int64out', 1234567890123456, 'int64out', { bigint: '1234567890123456' }],
    ['caPutWait', 'stringout', 'hello', 'stringout', 'hello'],
    ['caPutWait', 'lso.VAL$', text, 'lso', text],
    ['pvaPutWait', 'lso', text, 'lso', text],
    ['caPutWait', 'aao', [1, 2, 3], 'aao', { Float64Array: [1, 2, 3] }],
    ['pvaPutWait', 'aao', [4, 5], 'aao', { Float64Array: [4, 5] }],
    ['pvaPutWait', 'aao:STRING', ['a', 'bc'], 'aao:STRING', ['a', 'bc']],
    ['pvaPutWait', 'aao:CHAR', [-1, 2], 'aao:CHAR', { Int8Array: [-1, 2] }],
    ['pvaPutWait', 'aao:UCHAR', [1, 255], 'aao:UCHAR', { Uint8Array: [1, 255] }],
    ['pvaPutWait', 'aao:SHORT', [-1, 2], 'aao:SHORT', { Int16Array: [-1, 2] }],
    ['pvaPutWait', 'aao:USHORT', [1, 65535], 'aao:USHORT', { Uint16Array: [1, 65535] }],
    ['pvaPutWait', 'aao:LONG', [-1, 2], 'aao:LONG', { Int32Array: [-1, 2] }],
    ['pvaPutWait', 'aao:ULONG', [1, 4294967295], 'aao:ULONG', { Uint32Array: [1, 4294967295] }],
    ['pvaPutWait', 'aao:INT64', [-1, 2], 'aao:INT64', { BigInt64Array: ['-1', '2'] }],
    ['pvaPutWait', 'aao:UINT64', [1, 2], 'aao:UINT64', { BigUint64Array: ['1', '2'] }],
    ['pvaPutWait', 'aao:FLOAT', [0.5], 'aao:FLOAT', { Float32Array: [0.5] }],
    ['caPutWait', 'aao:ENUM', [1, 2], 'aao:ENUM', { Uint16Array: [1, 2] }],
  ];
  for (const [put, channel, value, record, expected] of cases) {
    const answer = clients.call(put, channel, value);
    const { value: arrived } = await ioc.event({ event: 'write', name: record });
    t.same(arrived, expected, `${put} ${channel}`);
    await ioc.call('settle', record);
    t.match(await answer, { status: 1 });
    t.same(await ioc.call('read', record), expected, `${record} reads back`);
  }
});

void t.test('overload is refused, not queued without end', async (t) => {
  const { ioc, clients } = await startTestIoc(t, { maxQueuedWrites: 2 });
  const records = ['ao', 'longout', 'int64out', 'bo'];
  await Promise.all(records.map(async (name) => clients.call('caGet', name)));
  const go = join(t.testdir(), 'go');
  const blocked = ioc.call('blockUntil', go);
  const answers = records.map(async (name) => clients.call('caPutWait', name, 1));
  // Two find room, whichever come first; JavaScript may go on when both others are answered.
  const first: unknown[] = [];
  await new Promise<void>((resolve) => {
    for (const answer of answers) {
      void answer.then((told) => {
        if (first.push(told) === 2) resolve();
      });
    }
  });
  const refusal = { status: FAILED_OVER_CA };
  t.match(first.slice(0, 2), [refusal, refusal], 'a put beyond the queue fails without JavaScript');
  await writeFile(go, '');
  await blocked;
  const handled = await Promise.all([ioc.event({ event: 'write' }), ioc.event({ event: 'write' })]);
  for (const { name } of handled) await ioc.call('settle', name);
  const statuses = (await Promise.all(answers)).map((answer) => (answer as { status: number }).status);
  t.same(
    statuses.sort((a, b) => a - b),
    [1, 1, FAILED_OVER_CA, FAILED_OVER_CA],
  );
  const refused = records.find((name) => !handled.some((event) => event['name'] === name)) ?? '';
  t.equal(await ioc.call('getField', `${refused}.AMSG`), 'too many writes queued');
  t.match(await ioc.call('counters'), { writesRefused: 2, writesStarted: 2, queued: 0 });
});

void t.test('no put is lost when thousands of active records have one waiting', async (t) => {
  const count = 5000;
  const records = Array.from(
    { length: count },
    (_, i) => `record(longout, "t:${i}") { field(DTYP, "dm") field(OUT, "@${i}") }`,
  );
  const folder = t.testdir({ 'many.db': records.join('\n') });
  const { ioc } = await startTestIoc(t, { databases: [join(folder, 'many.db')] });
  const written = async (value: number): Promise<void> => {
    for (let i = 0; i < count; ++i) await ioc.event({ event: 'write', value });
  };
  await ioc.call('putAll', '1');
  await written(1);
  await ioc.call('putAll', '2');
  t.equal(await ioc.call('settleAll'), count);
  await written(2);
  t.equal(await ioc.call('settleAll'), count);
});

void t.test('a defect at one event of a batch costs its own put only', async (t) => {
  const { ioc, clients } = await startTestIoc(t);
  const folder = t.testdir();
  await ioc.call('failNextWrite');
  const blocked = ioc.call('blockUntil', join(folder, 'go'));
  const names = ['stringout', 'ao', 'longout'];
  const answers: Promise<unknown>[] = [];
  for (const name of names) {
    answers.push(clients.call('caPutWait', name, name === 'stringout' ? 'x' : 1));
    while ((await clients.call('caGet', `${name}.PACT`)) !== 1);
  }
  await writeFile(join(folder, 'go'), '');
  await blocked;
  t.match(await answers[0], { status: FAILED_OVER_CA });
  t.equal(await ioc.call('getField', 'stringout.AMSG'), 'a defect');
  await ioc.event({ event: 'message', line: 'the listener of events threw: a defect' });
  for (const name of names.slice(1)) {
    await ioc.event({ event: 'write', name });
    await ioc.call('settle', name);
  }
  t.match(await Promise.all(answers.slice(1)), [{ status: 1 }, { status: 1 }]);
  t.match(await ioc.call('counters'), { writesStarted: 3, writesCompleted: 3, writesFailed: 1 });
  t.equal(ioc.stderr, '', 'what EPICS logs goes to the application');
});
