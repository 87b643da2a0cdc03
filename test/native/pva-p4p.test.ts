// Both ways with p4p, the PVAccess of Python.
import {
  alarmField,
  ntEnum,
  ntNdArray,
  ntPvi,
  ntScalar,
  ntScalarArray,
  ntTable,
  PvaClient,
  PvaServer,
  structure,
  timeStampField,
  typed,
} from 'epics-pva-ts';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { PATIENCE_MS } from '../patience.js';
import { type LineProcess, startPython } from './pva/child-process.js';

interface Answer {
  readonly result?: unknown;
  readonly remoteError?: string;
}

function startServer(t: Test): PvaServer {
  const server = PvaServer.isolated();
  t.teardown(() => {
    server.close();
  });
  return server;
}

function startP4p(t: Test, server: PvaServer): LineProcess & { ask(...command: unknown[]): Promise<Answer> } {
  const python = startPython('p4p_client.py', [], server.clientSettings);
  t.teardown(async () => {
    python.process.stdin?.end();
    await python.exit;
  });
  const ask = async (...command: unknown[]): Promise<Answer> => {
    python.say(JSON.stringify(command));
    return JSON.parse(await python.expect('answer')) as Answer;
  };
  return { ...python, ask };
}

await t.test('p4p gets every normative type', async (t) => {
  const server = startServer(t);
  const p4p = startP4p(t, server);
  const time = 1_700_000_000_123;
  const stamp = { secondsPastEpoch: 1_700_000_000, nanoseconds: 123_000_000, userTag: 0, _id: 'time_t' };
  server
    .add('t:double', ntScalar('float64', { units: 'mm', precision: 3, controlLimits: [-1, 1], description: 'x' }))
    .post(1.5, { timeMs: time, alarm: { severity: 'MAJOR', status: 'DEVICE', message: 'hot' } });
  t.match(await p4p.ask('get', 't:double'), {
    result: {
      _id: 'epics:nt/NTScalar:1.0',
      value: 1.5,
      alarm: { severity: 2, status: 1, message: 'hot', _id: 'alarm_t' },
      timeStamp: stamp,
      display: { units: 'mm', precision: 3, description: 'x' },
      control: { limitLow: -1, limitHigh: 1 },
    },
  });
  for (const [code, value, expected] of [
    ['int64', -(2n ** 53n) + 1n, -(2 ** 53) + 1],
    ['uint8', 200, 200],
    ['string', 'grün', 'grün'],
    ['bool', true, true],
  ] as const) {
    server.add(`t:${code}`, ntScalar(code), { initial: value as never });
    t.match(await p4p.ask('get', `t:${code}`), { result: { value: expected } }, code);
  }
  server.add('t:shorts', ntScalarArray('int16'), { initial: [1, -2] });
  t.match(await p4p.ask('get', 't:shorts'), {
    result: { _id: 'epics:nt/NTScalarArray:1.0', value: { dtype: 'int16', list: [1, -2] } },
  });
  server.add('t:enum', ntEnum(['No', 'Yes']), { initial: true });
  t.match(await p4p.ask('get', 't:enum'), {
    result: { _id: 'epics:nt/NTEnum:1.0', value: { index: 1, choices: ['No', 'Yes'], _id: 'enum_t' } },
  });
  server.add(
    't:table',
    ntTable({ id: { type: 'string', label: 'Id' }, n: { type: 'float32' }, ok: { type: 'bool' } }),
    {
      initial: { id: ['a', 'b'], n: [1, 2], ok: [true, false] },
      descriptor: 'jobs',
    },
  );
  t.match(await p4p.ask('get', 't:table'), {
    result: {
      _id: 'epics:nt/NTTable:1.0',
      labels: ['Id', 'n', 'ok'],
      descriptor: 'jobs',
      value: { id: ['a', 'b'], n: { dtype: 'float32', list: [1, 2] }, ok: { dtype: 'bool', list: [true, false] } },
    },
  });
  server.add('t:image', ntNdArray(), {
    initial: {
      data: Uint16Array.of(1, 2, 3, 4, 5, 6),
      dimensions: [3, 2],
      uniqueId: 7,
      attributes: [{ name: 'ColorMode', value: 0 }],
      dataTimeMs: time,
    },
  });
  t.match(await p4p.ask('get', 't:image'), {
    result: {
      _id: 'epics:nt/NTNDArray:1.0',
      value: { dtype: 'uint16', list: [1, 2, 3, 4, 5, 6] },
      dimension: [{ size: 3, fullSize: 3, binning: 1 }, { size: 2 }],
      uniqueId: 7,
      dataTimeStamp: stamp,
      attribute: [{ name: 'ColorMode', value: 0 }],
      uncompressedSize: 12,
    },
  });
  server.add('t:PVI', ntPvi({ description: 'device', entries: { run: { x: 't:run' }, status: { r: 't:status' } } }));
  t.match(await p4p.ask('get', 't:PVI'), {
    result: {
      _id: 'epics:nt/NTPVI:1.0',
      display: { description: 'device' },
      value: { run: { x: 't:run' }, status: { r: 't:status' } },
    },
  });
});

await t.test('p4p gets what was never posted with its type: tables without rows, empty arrays', async (t) => {
  const server = startServer(t);
  const p4p = startP4p(t, server);
  const columns = {
    id: { type: 'string' },
    small: { type: 'int8' },
    n: { type: 'int32' },
    big: { type: 'uint64' },
    x: { type: 'float64' },
    ok: { type: 'bool' },
  } as const;
  const none = { id: [], small: [], n: [], big: [], x: [], ok: [] };
  const empty = {
    id: [],
    small: { dtype: 'int8', list: [] },
    n: { dtype: 'int32', list: [] },
    big: { dtype: 'uint64', list: [] },
    x: { dtype: 'float64', list: [] },
    ok: { dtype: 'bool', list: [] },
  };
  server.add('t:fresh', ntTable(columns));
  server.add('t:posted', ntTable(columns)).post(none);
  server.add('t:initial', ntTable(columns), { initial: none });
  server.add('t:part', ntTable(columns), { initial: { id: [] } });
  server.addRpc('t:none', {}, () => typed(ntTable(columns), none));
  server.addRpc('t:some', {}, () => typed(ntTable(columns), { id: [] }));
  for (const name of ['t:fresh', 't:posted', 't:initial', 't:part']) {
    const expected = { labels: Object.keys(columns), value: empty };
    t.match(await p4p.ask('get', name), { result: expected }, `get ${name}`);
    t.match(await p4p.ask('monitor', name, 1), { result: [expected] }, `monitor ${name}`);
    await p4p.expect('monitoring');
  }
  for (const name of ['t:none', 't:some']) {
    t.match(await p4p.ask('rpc', name, [], {}), { result: { value: empty } }, `rpc ${name}`);
  }
  server.add('t:array', ntScalarArray('int16'));
  t.match(await p4p.ask('get', 't:array'), { result: { value: { dtype: 'int16', list: [] }, display: { units: '' } } });
  const inner = structure({ fields: { list: 'float32[]', when: timeStampField } });
  const choice = { code: 'union', fields: { n: 'int32' } } as const;
  server.add('t:structure', structure({ fields: { bytes: 'uint8[]', inner, choice, any: 'any', anys: 'any[]' } }));
  t.match(await p4p.ask('get', 't:structure'), {
    result: {
      bytes: { dtype: 'uint8', list: [] },
      inner: { list: { dtype: 'float32', list: [] }, when: { secondsPastEpoch: 0 } },
      choice: null,
      any: null,
      anys: [],
    },
  });
  server.add('t:image', ntNdArray());
  t.match(await p4p.ask('get', 't:image'), { result: { value: null, dimension: [], attribute: [], uniqueId: 0 } });
});

await t.test('p4p puts are handled with who sent them, and answered', async (t) => {
  const server = startServer(t);
  const p4p = startP4p(t, server);
  const seen: unknown[] = [];
  const fields = { sequence: 'uint32', command: 'string', alarm: alarmField, timeStamp: timeStampField } as const;
  const pv = server.add('t:command', structure({ id: 'test:Command', fields }), {
    onPut: async (put) => {
      seen.push([put.sent, put.value.sequence, put.value.command, put.changed, put.options['block']]);
      t.match(put.peer, /^127\.0\.0\.1:\d+$/);
      t.ok(put.account);
      const roles = put.roles();
      t.equal(put.roles(), roles, 'asked for once');
      t.ok(Array.isArray(await roles));
      if (put.value.command === 'explode') throw Object.assign(new Error('not today'), { code: 'REFUSED' });
      return put.value;
    },
  });
  t.same(await p4p.ask('put', 't:command', { sequence: 5, command: 'start' }), { result: null });
  t.match(pv.get(), { sequence: 5, command: 'start' });
  t.same(await p4p.ask('put', 't:command', { command: 'explode' }), { remoteError: 'REFUSED: not today' });
  t.match(pv.get(), { command: 'start' });
  t.same(seen, [
    [{ sequence: 5, command: 'start' }, 5, 'start', ['sequence', 'command'], 'true'],
    [{ command: 'explode' }, 5, 'explode', ['command'], 'true'],
  ]);
  server.add('t:enum', ntEnum(['No', 'Yes']), { onPut: (put) => put.value });
  t.same(await p4p.ask('put', 't:enum', 1), { result: null });
  t.match(await p4p.ask('get', 't:enum'), { result: { value: { index: 1 } } });
  server.add('t:fixed', ntScalar('int32'));
  t.match(await p4p.ask('put', 't:fixed', 1), { remoteError: /^PVA_READ_ONLY/ });
});

await t.test('p4p monitors get each change', async (t) => {
  const server = startServer(t);
  const p4p = startP4p(t, server);
  const table = server.add('t:table', ntTable({ id: { type: 'string' }, n: { type: 'int32' } }), {
    initial: { id: ['a'], n: [1] },
  });
  const updates = p4p.ask('monitor', 't:table', 2);
  await p4p.expect('monitoring');
  const follow = setInterval(() => {
    table.post({ n: [2] });
  }, 50);
  const { result } = await updates;
  clearInterval(follow);
  t.match((result as unknown[])[1], { value: { id: ['a'], n: { list: [2] } } }, 'unchanged columns stay');
});

await t.test('p4p calls with checked arguments', async (t) => {
  const server = startServer(t);
  const p4p = startP4p(t, server);
  const schema = z.object({ name: z.string(), count: z.coerce.number().int() });
  server.addRpc('t:rpc', { arguments: schema }, async (call) => {
    await Promise.resolve();
    if (call.arguments.count < 0) throw Object.assign(new Error('negative'), { code: 'TOO_FEW' });
    return { text: call.arguments.name.repeat(call.arguments.count), parts: [{ x: 1 }, { x: 2 }], peer: call.peer };
  });
  const types = [
    ['name', 's'],
    ['count', 'l'],
  ];
  t.match(await p4p.ask('rpc', 't:rpc', types, { name: 'ab', count: 2 }), {
    result: { text: 'abab', parts: [{ x: 1 }, { x: 2 }], peer: /^127/ },
  });
  t.same(await p4p.ask('rpc', 't:rpc', types, { name: 'ab', count: -1 }), { remoteError: 'TOO_FEW: negative' });
  t.match(await p4p.ask('rpc', 't:rpc', [['name', 's']], { name: 'ab' }), { remoteError: /^PVA_ARGUMENTS: count: / });
  server.addRpc('t:java', { arguments: schema, errorsAsResult: true }, () => ({ done: true }));
  t.match(await p4p.ask('rpc', 't:java', [], {}), { result: { ok: false, code: 'PVA_ARGUMENTS' } });
  t.match(await p4p.ask('rpc', 't:java', types, { name: '', count: 0 }), {
    result: { ok: true, message: '', done: true },
  });
  server.addRpc('t:list', {}, () => typed(ntTable({ a: { type: 'int32' } }), { a: [1, 2] }));
  t.match(await p4p.ask('rpc', 't:list', [], {}), {
    result: { _id: 'epics:nt/NTTable:1.0', labels: ['a'], value: { a: { list: [1, 2] } } },
  });
  const result = { count: 'int32', id: 'string[]', sizes: 'int64[]' } as const;
  server.addRpc('t:declared', { result }, () => ({ count: 0, id: [], sizes: [] }));
  t.same(await p4p.ask('rpc', 't:declared', [], {}), {
    result: { count: 0, id: [], sizes: { dtype: 'int64', list: [] } },
  });
  t.match(await p4p.ask('get', 't:rpc'), { result: { value: 'PVAccess RPC' } }, 'reading it tells what it is');
});

await t.test('our client gets, puts, monitors and calls a p4p server', async (t) => {
  const python = startPython('p4p_server.py', [], {});
  const environment = JSON.parse(await python.expect('settings')) as Record<string, string>;
  const client = new PvaClient({ environment, timeoutMs: PATIENCE_MS });
  t.teardown(async () => {
    client.close();
    python.process.stdin?.end();
    await python.exit;
  });
  const double = await client.get('p4p:double', { type: ntScalar('float64') });
  t.match(double, { value: 1.5, alarm: { severity: 'NONE' } });
  const value = async (name: string): Promise<unknown> => (await client.get(name)).value;
  t.equal(await value('p4p:long'), 2n ** 62n + 1n);
  t.equal(await value('p4p:ulong'), 2n ** 63n + 1n);
  t.equal(await value('p4p:string'), 'grün');
  t.equal(await value('p4p:bool'), true);
  t.same(await value('p4p:doubles'), Float64Array.of(0, 1, 2));
  t.same(await value('p4p:strings'), ['a', 'b']);
  t.same(await value('p4p:enum'), { index: 1, choices: ['Off', 'On'] });
  t.match((await client.get('p4p:table')).value, { n: Int32Array.of(1, 2) });
  const image = await client.get('p4p:image', { type: ntNdArray() });
  t.same(image.value.data, Uint16Array.of(0, 1, 2, 3, 4, 5));
  t.match(image.value.dimensions, [{ size: 3 }, { size: 2 }]);
  t.match((await client.get('p4p:free')).fields, {
    u: { selector: 's', value: 'text' },
    any: { value: 5n },
    rows: [{ x: 1 }, { x: 2 }],
  });
  const monitor = client.monitor('p4p:double', { type: ntScalar('float64') });
  t.equal((await monitor.next()).value?.value, 1.5);
  await client.put('p4p:double', 2.5);
  const update = (await monitor.next()).value;
  t.equal(update?.value, 2.5);
  t.ok(update?.changed.includes('value'));
  await monitor.return();
  await client.put('p4p:enum', 'Off');
  t.match(await value('p4p:enum'), { index: 0 });
  await client.put('p4p:strings', ['c']);
  t.same(await value('p4p:strings'), ['c']);
  await client.put('p4p:free', { u: { selector: 'i', value: 3 }, rows: [{ x: 9 }] });
  t.match((await client.get('p4p:free')).fields, { u: { selector: 'i', value: 3 }, rows: [{ x: 9 }] });
  await t.rejects(client.put('p4p:long', -1), { code: 'PVA_REMOTE', message: 'minus one is refused' });
  t.equal((await client.rpc('p4p:rpc', { a: 1, b: 2 })).value, 3);
  await t.rejects(client.rpc('p4p:rpc', { fail: true }), { code: 'PVA_REMOTE', message: 'failed as asked' });
  t.ok((await client.list(`127.0.0.1:${environment['EPICS_PVA_SERVER_PORT']}`)).includes('p4p:table'));
});
