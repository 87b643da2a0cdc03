// Ten defects that bindings of pvxs and other native packages have had, by number: 1 the process never ends, 2 a put is
// never answered, 3 threads of libuv wait, 4 references are shared between threads, 5 queues without end, 6 both sides
// wait for each other, 7 lossy or slow values, 8 errors without codes and shared state, 9 binaries in the repository,
// 10 files without end. What needs a process of its own (1, 4, part of 2 and 9) is in pva-lifetime.test.ts; 7 also in
// the property tests of test/unit/node-pvxs.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ntScalar, ntScalarArray, ntTable, type Pv, PvaClient, PvaError, PvaServer } from 'epics-pva-ts';
import t, { type Test } from 'tap';
import { PATIENCE_MS } from '../patience.js';

const number = ntScalar('float64');

interface Pair {
  readonly server: PvaServer;
  readonly client: PvaClient;
}

function start(t: Test): Pair {
  const server = PvaServer.isolated();
  const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  t.teardown(() => {
    client.close();
    server.close();
  });
  return { server, client };
}

async function errorOf(promise: Promise<unknown>): Promise<PvaError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PvaError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

await t.test('2: every put is answered once, and posted only when accepted', async (t) => {
  const { server, client } = start(t);
  const never = new Promise<undefined>(() => undefined);
  const pv: Pv<number, number> = server.add('t:n', number, {
    putTimeoutMs: 200,
    onPut: (put) => {
      if (put.value === 1) throw Object.assign(new Error('refused at once'), { code: 'TOO_SMALL' });
      if (put.value === 2) return Promise.reject(new Error('refused later'));
      if (put.value === 3) return never;
      if (put.value === 4) return new Promise((resolve) => setTimeout(resolve, 100, put.value));
      return put.value === 5 ? 55 : undefined;
    },
  });
  const refused = await errorOf(client.put('t:n', 1));
  t.match(refused, { code: 'PVA_REMOTE', remoteCode: 'TOO_SMALL' });
  t.equal(refused.message, 'TOO_SMALL: refused at once');
  t.equal((await errorOf(client.put('t:n', 2))).message, 'PVA_HANDLER: refused later');
  t.equal((await errorOf(client.put('t:n', 3))).remoteCode, 'PVA_TIMEOUT');
  t.equal(pv.get(), 0, 'a refused put is not posted');
  const late = client.put('t:n', 4);
  t.equal(
    (await client.get('t:n')).value,
    0,
    'gets are served meanwhile, and a put is not posted before it is accepted',
  );
  await late;
  t.equal(pv.get(), 4, 'an accepted put is posted before its client is answered');
  await client.put('t:n', 5);
  t.equal(pv.get(), 55, 'a handler may post something else');
  await client.put('t:n', 6);
  t.equal(pv.get(), 55, 'or nothing');
});

await t.test('2: a put under way fails when its PV or server closes', async (t) => {
  const { server, client } = start(t);
  const closing: Readonly<Record<string, () => void>> = {
    't:a': () => {
      a.close();
    },
    't:b': () => {
      server.close();
    },
  };
  const add = (name: string): Pv<number, number> =>
    server.add(name, number, {
      onPut: () => {
        setImmediate(() => closing[name]?.());
        return new Promise<undefined>(() => undefined);
      },
    });
  const a = add('t:a');
  add('t:b');
  t.equal((await errorOf(client.put('t:a', 1, { timeoutMs: 300_000 }))).remoteCode, 'PVA_CLOSED');
  t.equal((await errorOf(client.put('t:b', 1, { timeoutMs: 300_000 }))).remoteCode, 'PVA_CLOSED');
});

await t.test('2: a handler learns when the client withdraws its put', async (t) => {
  const { server, client } = start(t);
  const withdraw = new AbortController();
  const reason = new Promise((resolve) => {
    server.add('t:n', number, {
      onPut: (put) => {
        put.signal.addEventListener('abort', () => {
          resolve((put.signal.reason as PvaError).code);
        });
        withdraw.abort();
        return new Promise<undefined>(() => undefined);
      },
    });
  });
  t.equal((await errorOf(client.put('t:n', 1, { signal: withdraw.signal }))).code, 'PVA_CANCELLED');
  t.equal(await reason, 'PVA_CANCELLED');
});

await t.test('3: operations that wait do not hold the threads of libuv', async (t) => {
  const { client } = start(t);
  const withdraw = new AbortController();
  const { signal } = withdraw;
  const missing = Array.from({ length: 16 }, (_, i) =>
    errorOf(client.get(`t:none${i}`, { timeoutMs: 60_000, signal })),
  );
  await Promise.all(Array.from({ length: 8 }, () => readFile('package.json')));
  withdraw.abort();
  for (const error of await Promise.all(missing)) t.equal(error.code, 'PVA_CANCELLED', 'files are read while it waits');
});

await t.test('5: a monitor nobody reads holds no more than its queue, and the last value arrives', async (t) => {
  const { server, client } = start(t);
  const pv = server.add('t:n', number, { initial: -1 });
  const monitor = client.monitor('t:n', { queueSize: 4 });
  t.equal((await monitor.next()).value?.value, -1);
  for (let i = 0; i < 5000; i++) {
    pv.post(i);
    if (i % 50 === 0) await nextTurn();
  }
  const sent = await client.get('t:n');
  t.equal(sent.value, 4999);
  const stat = monitor.stat();
  t.ok(stat.nQueue <= stat.limitQueue, `${stat.nQueue} of at most ${stat.limitQueue} wait`);
  t.ok(stat.nSrvSquash + stat.nCliSquash > 0, 'squashed updates are counted');
  let updates = 0;
  for await (const update of monitor) {
    updates++;
    if (update.value === 4999) break;
  }
  t.ok(updates <= 16, `${updates} updates were left`);
});

await t.test('6: closing from inside handlers and monitors, while they are called, ends', async (t) => {
  for (let round = 0; round < 20; round++) {
    const server = PvaServer.isolated();
    const pv = server.add('t:n', number, {
      onPut: (put) => {
        if (put.value === 2) server.close();
        return undefined;
      },
    });
    const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
    const followed = (async () => {
      for await (const update of client.monitor('t:n')) {
        pv.post(update.value as number);
        if (update.value === 1) client.close();
      }
    })();
    for (let i = 0; i < 100; i++) pv.post(i % 3 === 0 ? 0 : 3);
    await client.put('t:n', 0);
    pv.post(1);
    t.equal((await errorOf(followed)).code, 'PVA_CLOSED');
    const other = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
    await errorOf(other.put('t:n', 2, { timeoutMs: 3000 })).catch(() => undefined);
    other.close();
  }
});

await t.test('7: 64-bit integers keep all digits, and large arrays are copied', async (t) => {
  const { server, client } = start(t);
  server.add('t:big', ntScalar('int64'), { initial: 2n ** 53n + 1n, onPut: (put) => put.value });
  t.equal((await client.get('t:big')).value, 2n ** 53n + 1n);
  await client.put('t:big', -(2n ** 63n));
  t.equal((await client.get('t:big')).value, -(2n ** 63n));
  const array = server.add('t:array', ntScalarArray('float64'));
  const million = Float64Array.from({ length: 1_000_000 }, (_, i) => i);
  array.post(million);
  const back = array.get();
  t.equal(back[999_999], 999_999);
  million[0] = 5;
  t.equal(array.get()[0], 0, 'what was posted does not change with the array');
});

await t.test('8: every error has a code and names the PV and field', async (t) => {
  const { server, client } = start(t);
  const pv = server.add('t:n', number);
  server.add('t:table', ntTable({ a: { type: 'int32' } }));
  const errors: readonly (readonly [string, () => unknown])[] = [
    [
      'PVA_TYPE',
      () => {
        pv.post('x' as never);
      },
    ],
    ['PVA_STATE', () => server.add('t:n', number)],
    ['PVA_TIMEOUT', () => client.get('t:none', { timeoutMs: 50 })],
    ['PVA_REMOTE', () => client.put('t:n', 1)],
    ['PVA_TYPE', () => client.put('t:n', 'x')],
    ['PVA_TYPE', () => client.put('t:n', { nothing: 1 })],
    ['PVA_CANCELLED', () => client.get('t:none', { signal: AbortSignal.abort() })],
    ['PVA_REMOTE', () => client.rpc('t:n', {})],
    ['PVA_ERROR', () => client.get('t:n', { request: 'field(' })],
  ];
  for (const [code, call] of errors) t.equal((await errorOf((async () => await call())())).code, code);
  pv.close();
  t.throws(
    () => {
      pv.post(1);
    },
    { code: 'PVA_CLOSED', pvName: 't:n' },
  );
  client.close();
  t.equal((await errorOf(client.get('t:table'))).code, 'PVA_CLOSED');
  t.throws(() => client.monitor('t:table'), { code: 'PVA_CLOSED' });
});

await t.test('8: servers and clients in one process know nothing of each other', async (t) => {
  const one = start(t);
  const two = start(t);
  one.server.add('t:n', number, { initial: 1 });
  two.server.add('t:n', number, { initial: 2 });
  t.equal((await one.client.get('t:n')).value, 1);
  t.equal((await two.client.get('t:n')).value, 2);
});

await t.test('9: no binary is in the repository', (t) => {
  const files = execFileSync('git', ['ls-files', 'src'], { encoding: 'utf8' }).split('\n');
  t.same(
    files.filter((file) => /\.(node|so|dylib|dll|o|a)(\.|$)/.test(file)),
    [],
  );
  t.end();
});

await t.test('10: no file is larger than one can read at once', (t) => {
  for (const folder of ['src/node-pvxs', 'src/node-pvxs/native', 'src/epics-pva-ts']) {
    for (const file of readdirSync(folder).filter((name) => /\.(ts|cc|h)$/.test(name))) {
      t.ok(readFileSync(join(folder, file), 'utf8').split('\n').length <= 300, file);
    }
  }
  t.end();
});
