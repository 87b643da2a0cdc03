import {
  ntEnum,
  ntScalar,
  ntScalarArray,
  ntTable,
  ntUri,
  type Pv,
  PvaClient,
  type PvaError,
  type PvType,
  PvaServer,
  structure,
  timeStampField,
  typed,
  type TypedValue,
} from 'epics-pva-ts';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { PATIENCE_MS } from '../../patience.js';

function start(t: Test): { server: PvaServer; client: PvaClient } {
  const server = PvaServer.isolated();
  const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  t.teardown(() => {
    client.close();
    server.close();
  });
  return { server, client };
}

await t.test('a get is typed by the type it is given, and tells what it knows', async (t) => {
  const { server, client } = start(t);
  const type = ntTable({ a: { type: 'string' }, n: { type: 'float64' } });
  server.add('t:table', type, { initial: { a: ['x'], n: [1] }, alarm: { severity: 'MINOR', message: 'm' } });
  const data = await client.get('t:table', { type });
  const names: readonly string[] = data.value.a;
  t.same(names, ['x']);
  t.same(data.alarm, { severity: 'MINOR', status: 'RECORD', message: 'm' });
  t.ok(Math.abs((data.timeMs ?? 0) - Date.now()) < 10_000);
  t.ok(data.changed.includes('value.a'));
  t.equal(data.type?.code, 'struct');
  t.match(await client.info('t:table'), { id: 'epics:nt/NTTable:1.0' });
});

await t.test('a client tells where it searches, until it is closed', (t) => {
  const client = new PvaClient({
    environment: { EPICS_PVA_ADDR_LIST: '127.0.0.1', EPICS_PVA_AUTO_ADDR_LIST: 'NO', EPICS_PVA_BROADCAST_PORT: '6076' },
    timeoutMs: PATIENCE_MS,
  });
  t.match(client.settings, { EPICS_PVA_ADDR_LIST: '127.0.0.1:6076', EPICS_PVA_NAME_SERVERS: '' });
  client.close();
  t.throws(() => client.settings, { code: 'PVA_CLOSED' });
  t.end();
});

await t.test('data of another type than was asked for is an error that names the field', async (t) => {
  const { server, client } = start(t);
  server.add('t:double', ntScalar('float64'), { initial: 1 });
  server.add('t:doubles', ntScalarArray('float64'), { initial: [1] });
  server.add('t:table', ntTable({ a: { type: 'string' } }), { initial: { a: ['x'] } });
  const fields = {
    u: { code: 'union', fields: { n: 'int32' } },
    rows: { code: 'struct[]', fields: { x: 'int32' } },
  } as const;
  server.add('t:free', structure({ fields }), { initial: { u: { selector: 'n', value: 1 }, rows: [{ x: 1 }, null] } });
  t.equal((await client.get('t:double', { type: ntScalar('float32') })).value, 1, 'a number is a number');
  t.same((await client.get('t:free', { type: structure({ fields }) })).value.rows, [{ x: 1 }, null]);
  const rows = { code: 'struct[]', fields: { x: 'string' } } as const;
  const wrong: readonly (readonly [string, PvType<unknown, never>, string])[] = [
    ['t:double', ntScalar('int64'), 'value'],
    ['t:double', ntEnum(['a', 'b']), 'value'],
    ['t:double', ntTable({ a: { type: 'string' } }), 'value'],
    ['t:doubles', ntScalarArray('int32'), 'value'],
    ['t:doubles', ntScalar('float64'), 'value'],
    ['t:table', ntTable({ a: { type: 'string' }, b: { type: 'string' } }), 'value.b'],
    ['t:table', ntTable({ a: { type: 'bool' } }), 'value.a'],
    ['t:free', structure({ fields: { rows } }), 'rows[0].x'],
    ['t:free', structure({ fields: { u: { code: 'union', fields: { s: 'string' } } } }), 'u'],
    ['t:free', structure({ fields: { none: 'any' } }), 'none'],
  ];
  for (const [name, type, path] of wrong) {
    const data = await client.get(name, { type });
    t.throws(() => data.value, { code: 'PVA_TYPE', pvName: name, path }, `${name}: ${path}`);
  }
});

await t.test('a monitor delivers what has changed, and ends when it is told to', async (t) => {
  const { server, client } = start(t);
  const pv = server.add('t:s', structure({ fields: { a: 'int32', b: 'int32' } }), { initial: { a: 1, b: 2 } });
  const connections: boolean[] = [];
  const stop = new AbortController();
  const monitor = client.monitor('t:s', {
    signal: stop.signal,
    queueSize: 8,
    pipeline: true,
    onConnection: (isConnected) => connections.push(isConnected),
  });
  t.same((await monitor.next()).value?.fields, { a: 1, b: 2 });
  pv.post({ b: 3 });
  const update = (await monitor.next()).value;
  t.same(update?.fields, { a: 1, b: 3 });
  t.same(update?.changed, ['b']);
  t.equal(monitor.stat().limitQueue, 8);
  t.same(connections, [true]);
  const next = monitor.next();
  stop.abort(new Error('enough'));
  await t.rejects(next, { code: 'PVA_CANCELLED' });
  t.same(await monitor.next(), { done: true, value: undefined });
});

await t.test('a monitor goes on when the PV is back', async (t) => {
  const { server, client } = start(t);
  const connections: boolean[] = [];
  const first = server.add('t:n', ntScalar('int32'), { initial: 1 });
  const monitor = client.monitor('t:n', { onConnection: (isConnected) => connections.push(isConnected) });
  t.equal((await monitor.next()).value?.value, 1);
  first.close();
  server.add('t:n', ntScalar('int32'), { initial: 2 });
  t.equal((await monitor.next()).value?.value, 2);
  t.same(connections, [true, false, true]);
});

await t.test('puts address fields, enums by label, and wait with block', async (t) => {
  const { server, client } = start(t);
  const options: unknown[] = [];
  const pv: Pv<{ a: number; b: number }, { a?: number; b?: number }> = server.add(
    't:s',
    structure({ fields: { a: 'int32', b: 'int32' } }),
    {
      onPut: (put) => {
        options.push(put.options);
        return put.value;
      },
    },
  ) as never;
  await client.put('t:s', { b: 5 });
  t.same(pv.get(), { a: 0, b: 5 });
  await client.put('t:s', typed(structure({ fields: { a: 'int32' } }), { a: 7 }), { block: true, process: 'passive' });
  t.same(pv.get(), { a: 7, b: 5 });
  t.same(options, [{}, { block: 'true', process: 'passive' }]);
  const mode = server.add('t:mode', ntEnum(['Idle', 'Run']), { onPut: (put) => put.value });
  for (const [value, label] of [
    ['Run', 'Run'],
    [0, 'Idle'],
    [true, 'Run'],
  ] as const) {
    await client.put('t:mode', value);
    t.equal(mode.get().label, label);
  }
});

await t.test('a put tells when it goes out, and says nothing when it never does', async (t) => {
  const { server, client } = start(t);
  server.add('t:n', ntScalar('int32'), { onPut: (put) => put.value });
  let sent = 0;
  const onSend = (): void => {
    sent += 1;
  };
  await t.rejects(client.put('t:none', 1, { timeoutMs: 100, onSend }), { code: 'PVA_TIMEOUT' });
  t.equal(sent, 0);
  await client.put('t:n', 1, { onSend });
  t.equal(sent, 1);
});

await t.test('a put that waits longer than its limit, or whose PV is missing, times out', async (t) => {
  const { server, client } = start(t);
  let isAborted = false;
  server.add('t:n', ntScalar('int32'), {
    onPut: (put) =>
      new Promise<undefined>(() => {
        put.signal.addEventListener('abort', () => {
          isAborted = true;
        });
      }),
  });
  await t.rejects(client.put('t:n', 1, { timeoutMs: 100 }), { code: 'PVA_TIMEOUT', pvName: 't:n' });
  await t.rejects(client.put('t:none', 1, { timeoutMs: 100, block: true }), { code: 'PVA_TIMEOUT' });
  await client.get('t:n');
  t.ok(isAborted, 'the handler learns that the client has gone');
  const impatient = new PvaClient({ environment: server.clientSettings, timeoutMs: 50 });
  t.teardown(() => {
    impatient.close();
  });
  await t.rejects(impatient.get('t:none'), { code: 'PVA_TIMEOUT', message: /within 50 ms/u }, 'as the client says');
});

await t.test('a limit of more than a timer of Node can count is none', async (t) => {
  const { server, client } = start(t);
  server.add('t:n', ntScalar('int32'), {
    putTimeoutMs: 2 ** 40,
    onPut: async (put) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return put.value;
    },
  });
  await client.put('t:n', 1, { timeoutMs: 2 ** 40 });
  const giveUp = new AbortController();
  setTimeout(() => {
    giveUp.abort();
  }, 20);
  const missing = client.get('t:none', { timeoutMs: 2 ** 31, signal: giveUp.signal });
  await t.rejects(missing, { code: 'PVA_CANCELLED' });
});

await t.test('calls carry any data there and back', async (t) => {
  const { server, client } = start(t);
  server.addRpc('t:echo', {}, (call) => ({ ...call.arguments, peer: call.peer, none: undefined }));
  const sent = {
    text: 'x',
    number: 1.5,
    flag: true,
    big: 2n ** 60n,
    list: [1, 2],
    names: ['a', 'b'],
    mixed: [1, 'a', null],
    rows: [{ x: 1 }, { x: 2 }],
    deep: { deeper: { array: Uint8Array.of(1, 2) } },
    nothing: null,
    date: new Date(0),
  };
  const { fields } = await client.rpc('t:echo', sent);
  t.match(fields, {
    text: 'x',
    number: 1.5,
    flag: true,
    big: 2n ** 60n,
    list: Float64Array.of(1, 2),
    names: ['a', 'b'],
    mixed: [{ value: 1 }, { value: 'a' }, null],
    rows: [{ x: 1 }, { x: 2 }],
    deep: { deeper: { array: Uint8Array.of(1, 2) } },
    nothing: null,
    date: '1970-01-01T00:00:00.000Z',
    peer: /^127/,
  });
  t.match((await client.rpc('t:echo', ntUri('t:echo', { a: 1 }))).fields, { a: 1 });
  server.addRpc('t:five', {}, () => 5);
  t.equal((await client.rpc('t:five')).value, 5);
  server.addRpc('t:nothing', {}, () => undefined);
  t.same((await client.rpc('t:nothing')).fields, {});
  server.addRpc('t:bad', {}, () => ({ fine: 1, broken: () => undefined }));
  await t.rejects(client.rpc('t:bad'), { code: 'PVA_REMOTE', remoteCode: 'PVA_TYPE' });
});

await t.test('an NTURI is known by its type id, and what a field holds by its type: names mean nothing', async (t) => {
  const { server, client } = start(t);
  const seen: unknown[] = [];
  server.addRpc('t:rpc', {}, (call) => {
    seen.push(call.arguments);
  });
  const query = { code: 'struct', fields: { n: 'int64' } } as const;
  const ownUri = (id: string): TypedValue =>
    typed(structure({ id, fields: { path: 'string', query } }), { path: 'here', query: { n: 5 } });
  const noQuery = typed(structure({ id: 'epics:nt/NTURI:1.0', fields: { path: 'string' } }), { path: 't:rpc' });
  const type = { code: 'struct', fields: { code: 'string' } } as const;
  const looksLikeAny = structure({ fields: { type, value: 'int32' } });
  const content = { type: { code: 'string' }, value: 'int32' };
  const holds = structure({ fields: { held: 'any', list: 'any[]', rows: { code: 'struct[]', fields: query.fields } } });
  const struct = { code: 'struct', members: [{ name: 'big', code: 'uint64[]' }] } as const;
  for (const [argument, expected] of [
    [ownUri(''), { path: 'here', query: { n: 5 } }],
    [ownUri('my:URI:1.0'), { path: 'here', query: { n: 5 } }],
    [ownUri('epics:nt/NTURI:1.0'), { n: 5 }],
    [ownUri('epics:nt/NTURI:1.2'), { n: 5 }],
    [noQuery, {}],
    [typed(looksLikeAny, { type: { code: 'int8' }, value: 3 }), { type: { code: 'int8' }, value: 3 }],
    [{ scan: { type: { code: 'int8' }, value: 3 } }, { scan: { type: { code: 'int8' }, value: 3 } }],
    [
      { path: 'p', query: 'q' },
      { path: 'p', query: 'q' },
    ],
    [
      typed(holds, {
        held: { type: struct, value: { big: [1n, 2n ** 60n] } },
        list: [{ type: { code: 'struct', members: [{ name: 'value', code: 'string' }] }, value: { value: 'x' } }, null],
        rows: [{ n: 7 }, null],
      }),
      { held: { big: [1, 2n ** 60n] }, list: [{ value: 'x' }, null], rows: [{ n: 7 }, null] },
    ],
    [{ content }, { content }],
  ] as const) {
    await client.rpc('t:rpc', argument);
    t.strictSame(seen.pop(), expected);
  }
});

await t.test('arguments are checked and typed by the schema', async (t) => {
  const { server, client } = start(t);
  const schema = z.object({ count: z.coerce.number().int().min(1), name: z.string().default('none') });
  server.addRpc('t:rpc', { arguments: schema, timeoutMs: 100 }, async (call) => {
    const count: number = call.arguments.count;
    if (count === 99) await new Promise(() => undefined);
    return { count, name: call.arguments.name };
  });
  t.match((await client.rpc('t:rpc', { count: '3' })).fields, { count: 3, name: 'none' });
  t.match((await client.rpc('t:rpc', { count: 4n, name: 'x' })).fields, { count: 4, name: 'x' });
  const error = (await client.rpc('t:rpc', { count: 0, name: 1 }).catch((reason: unknown) => reason)) as PvaError;
  t.equal(error.remoteCode, 'PVA_ARGUMENTS');
  t.match(error.message, /count: .*; name: /);
  await t.rejects(client.rpc('t:rpc', { count: 99 }), { code: 'PVA_REMOTE', message: /^PVA_TIMEOUT/ });
});

await t.test(
  'a declared result has its type whatever the call finds, and what does not fit it is an error',
  async (t) => {
    const { server, client } = start(t);
    const rows = { code: 'struct[]', fields: { at: timeStampField, n: 'uint8' } } as const;
    const result = {
      count: 'int32',
      id: 'string[]',
      sizes: 'float32[]',
      big: 'int64',
      rows,
      when: timeStampField,
    } as const;
    const found: Record<string, readonly string[]> = { all: ['a', 'b'], none: [] };
    server.addRpc('t:list', { arguments: z.object({ which: z.string() }), result }, async (call) => {
      await Promise.resolve();
      const id = found[call.arguments.which] ?? [];
      const list = id.map((_, n) => ({ at: 1000, n }));
      return { count: id.length, id, sizes: id.map(Number.parseFloat), big: 7, rows: list, when: 5000 };
    });
    const type = structure({ fields: result });
    const all = await client.rpc('t:list', { which: 'all' }, { type });
    const none = await client.rpc('t:list', { which: 'none' }, { type });
    t.strictSame(none.type, all.type);
    t.match(all.value, { count: 2, id: ['a', 'b'], sizes: Float32Array.of(NaN, NaN), big: 7n, when: 5000 });
    t.same(all.value.rows[1], { at: 1000, n: 1 });
    t.strictSame(none.value, { count: 0, id: [], sizes: new Float32Array(), big: 7n, rows: [], when: 5000 });
    server.addRpc('t:wrong', { result: { n: 'int32' } }, () => ({ n: 0.5 }));
    await t.rejects(client.rpc('t:wrong'), { remoteCode: 'PVA_TYPE', message: /n/ });
    // @ts-expect-error A field of the declared result is missing.
    server.addRpc('t:short', { result: { n: 'int32', m: 'int32' } }, () => ({ n: 1 }));
    // @ts-expect-error A field has another type than is declared.
    server.addRpc('t:other', { result: { n: 'int32' } }, () => ({ n: 'one' }));
    await t.rejects(client.rpc('t:other'), { code: 'PVA_REMOTE', remoteCode: 'PVA_TYPE' });
    server.addRpc('t:more', { result: { n: 'int32' } }, () => Object.assign({ n: 1 }, { more: 2 }));
    await t.rejects(client.rpc('t:more'), { remoteCode: 'PVA_TYPE', message: /more/ });
    for (const [name, given] of Object.entries({ nothing: undefined, five: 5, array: [1], typed: typed(type, {}) })) {
      server.addRpc(`t:${name}`, { result: { n: 'int32' } }, () => given as never);
      await t.rejects(client.rpc(`t:${name}`), { remoteCode: 'PVA_TYPE', message: /declared/ });
    }
  },
);

await t.test('a declared result with errors as result has one type, too', async (t) => {
  const { server, client } = start(t);
  server.addRpc('t:rpc', { result: { n: 'uint16' }, errorsAsResult: true }, (call) => {
    if (call.arguments['fail'] === true) throw Object.assign(new Error('no'), { code: 'REFUSED' });
    return new (class {
      n = 5;
    })();
  });
  const good = await client.rpc('t:rpc');
  const bad = await client.rpc('t:rpc', { fail: true });
  t.strictSame(good.fields, { ok: true, code: '', message: '', n: 5 });
  t.strictSame(bad.fields, { ok: false, code: 'REFUSED', message: 'no', n: 0 });
  t.strictSame(good.type, bad.type);
});

await t.test('a call whose server goes away fails, and is not sent again', async (t) => {
  const { server, client } = start(t);
  let calls = 0;
  const rpc = server.addRpc('t:rpc', {}, () => {
    calls++;
    setImmediate(() => {
      server.close();
    });
    return new Promise(() => undefined);
  });
  const error = (await client.rpc('t:rpc', {}, { timeoutMs: 300_000 }).catch((reason: unknown) => reason)) as PvaError;
  t.match(error.code, /PVA_REMOTE|PVA_DISCONNECTED/);
  t.equal(calls, 1);
  rpc.close();
});

await t.test('servers are discovered and list their PVs', async (t) => {
  const { server, client } = start(t);
  server.add('t:one', ntScalar('int32'));
  const discovery = client.discover();
  const found = (await discovery.next()).value;
  t.match(found, { event: 'online', server: `127.0.0.1:${server.config.tcpPort}`, guid: server.config.guid });
  t.same(await client.list(found?.server ?? ''), ['t:one']);
  const rest = async (): Promise<void> => {
    for await (const { server: again } of discovery) t.equal(again, found?.server, 'told again');
  };
  const end = t.rejects(rest(), { code: 'PVA_CLOSED' });
  client.close();
  await end;
});
