// Nothing of pvxs is left over after ten thousand of each operation.
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ntScalar, ntScalarArray, ntTable, PvaClient, PvaServer } from 'epics-pva-ts';
import { pvxs } from 'node-pvxs';
import t from 'tap';
import { PATIENCE_MS } from '../patience.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Run finalizers, which may make more garbage. */
async function collectAll(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    collect();
    await turn();
  }
}

/** Live objects of pvxs. */
function liveObjects(): Record<string, number> {
  return Object.fromEntries(Object.entries(pvxs.instanceSnapshot()).filter(([, count]) => count > 0));
}

async function useEverything(rounds: number): Promise<void> {
  const server = PvaServer.isolated();
  const number = server.add('t:n', ntScalar('float64'), {
    onPut: (put) => {
      if (put.value === 1) throw new Error('refused');
      return put.value;
    },
  });
  const table = server.add('t:table', ntTable({ a: { type: 'string' }, b: { type: 'float64' } }));
  server.addRpc('t:rpc', {}, (call) => ({ ...call.arguments }));
  const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  const monitor = client.monitor('t:n');
  for (let i = 0; i < rounds; i++) {
    number.post(i);
    table.post({ a: [`row ${i}`], b: [i] });
    await client.put('t:n', i % 10).catch(() => undefined);
    await client.get('t:table');
    await client.rpc('t:rpc', { i });
    await monitor.next();
    if (i % 10 === 0) {
      const extra = server.add(`t:extra${i}`, ntScalar('int32'), { onPut: (put) => put.value });
      await client.put(`t:extra${i}`, i);
      extra.close();
    }
  }
  await monitor.return();
  client.close();
  server.close();
}

await t.test('objects of pvxs are gone after thousands of operations', async (t) => {
  await collectAll();
  const before = liveObjects();
  await useEverything(2000);
  // Threads of pvxs let go of theirs later; what is never gone ends in the time limit.
  do await collectAll();
  while (JSON.stringify(liveObjects()) !== JSON.stringify(before));
  t.same(liveObjects(), before);
});

await t.test('large arrays that nobody reads are freed while more come', async (t) => {
  using server = PvaServer.isolated();
  const pv = server.add('t:large', ntScalarArray('uint8'));
  const data = new Uint8Array(4e6);
  using client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  const monitor = client.monitor('t:large');
  await monitor.next();
  await collectAll();
  const before = process.memoryUsage().rss;
  let most = 0;
  for (let i = 0; i < 150; i++) {
    data[0] = i;
    pv.post(data);
    await monitor.next();
    most = Math.max(most, process.memoryUsage().rss);
  }
  const grownMb = (most - before) / 2 ** 20;
  t.ok(grownMb < 300, `${grownMb.toFixed(1)} MB of 600`);
});

await t.test('memory does not grow with the number of operations', async (t) => {
  await useEverything(500);
  await collectAll();
  const before = process.memoryUsage().rss;
  await useEverything(2000);
  await collectAll();
  const grownMb = (process.memoryUsage().rss - before) / 2 ** 20;
  t.ok(grownMb < 30, `${grownMb.toFixed(1)} MB`);
});
