import { CaClient, type CaUpdate } from 'node-epics-ca';
import t, { type Test } from 'tap';
import { PATIENCE_MS } from '../../../patience.js';
import { SoftIoc } from './soft-ioc.js';

const { environment } = await SoftIoc.start(t);

function startClient(t: Test): CaClient {
  const client = new CaClient({ environment, timeoutMs: PATIENCE_MS });
  t.teardown(() => client.close());
  return client;
}

await t.test('a loop sees the first value and every change, and leaving it unsubscribes', async (t) => {
  const client = startClient(t);
  const seen: unknown[] = [];
  for await (const update of client.monitor('t:ao')) {
    if (!update.connected) continue;
    seen.push(update.value);
    if (seen.length === 4) break;
    await client.put('t:ao', seen.length, { complete: true });
  }
  t.strictSame(seen, [0, 1, 2, 3]);
});

await t.test('updates come in every type', async (t) => {
  const client = startClient(t);
  await client.put('t:mbbo', 'Busy', { complete: true });
  await client.put('t:strings', ['x', 'y'], { complete: true });
  await client.put('t:lso.VAL$', 'z'.repeat(100), { complete: true });
  await client.put('t:longs', [1, 2], { complete: true });
  const first = async (update: Promise<IteratorResult<CaUpdate, undefined>>): Promise<unknown> => (await update).value;
  t.match(await first(client.monitor('t:mbbo', { type: 'enumLabel' }).next()), { value: 'Busy' });
  t.match(await first(client.monitor('t:strings').next()), { value: ['x', 'y'] });
  t.match(await first(client.monitor('t:lso.VAL$').next()), { value: 'z'.repeat(100) });
  t.match(await first(client.monitor('t:longs').next()), { value: Int32Array.of(1, 2) });
  t.match(await first(client.monitor('t:long', { type: 'string' }).next()), { value: '0' });
  await client.get('t:mbbo');
  t.match(await first(client.monitor('t:mbbo').next()), { value: 1, label: 'Busy' });
});

await t.test('a slow reader loses the oldest, counted, and gets the newest', async (t) => {
  const client = startClient(t);
  const monitor = client.monitor('t:long', { queueSize: 4 });
  await monitor.next();
  const watcher = client.monitor('t:long', { queueSize: 1000 });
  for (let value = 1; value <= 100; value += 1) await client.put('t:long', value, { complete: true });
  for await (const update of watcher) if (update.connected && update.value === 100) break;
  const values: unknown[] = [];
  for await (const update of monitor) {
    if (update.connected) values.push(update.value);
    if (values.at(-1) === 100) break;
  }
  t.ok(values.length <= 4, `${values.length} waited`);
  t.equal(monitor.squashed, 100 - values.length);
});

await t.test('a mask of alarms leaves values out', async (t) => {
  const client = startClient(t);
  await client.put('t:ao', 0, { complete: true });
  const monitor = client.monitor('t:ao', { mask: ['alarm'] });
  t.match(await monitor.next(), { value: { severity: 0 } });
  await client.put('t:ao', 1, { complete: true });
  await client.put('t:ao', 85, { complete: true });
  t.match(await monitor.next(), { value: { value: 85, severity: 2 } });
});

await t.test('an abort ends the loop with its reason', async (t) => {
  const client = startClient(t);
  const controller = new AbortController();
  const reason = new Error('seen enough');
  let updates = 0;
  const loop = async (): Promise<void> => {
    for await (const update of client.monitor('t:counter', { signal: controller.signal })) {
      if (update.connected && ++updates === 3) controller.abort(reason);
    }
  };
  await t.rejects(loop(), reason);
  t.equal(updates, 3);
  await t.rejects(client.monitor('t:ao', { signal: AbortSignal.abort(reason) }).next(), reason);
});

await t.test('reads may be queued, and return ends them', async (t) => {
  const client = startClient(t);
  await client.put('t:long', 1, { complete: true });
  const monitor = client.monitor('t:long');
  const reads = [monitor.next(), monitor.next(), monitor.next()];
  t.match(await reads[0], { done: false, value: { value: 1 } });
  await client.put('t:long', 2, { complete: true });
  t.match(await reads[1], { done: false, value: { value: 2 } });
  await monitor.return();
  t.strictSame(await reads[2], { done: true, value: undefined });
  t.strictSame(await monitor.next(), { done: true, value: undefined });
});

await t.test('a wrong read type ends the monitor with a clear error', async (t) => {
  const client = startClient(t);
  await t.rejects(client.monitor('t:ao', { type: 'enumLabel' }).next(), { code: 'CA_BAD_TYPE', message: /t:ao/ });
});

await t.test('a hundred monitors on one client all get their last value', async (t) => {
  const client = startClient(t);
  const monitors = Array.from({ length: 100 }, () => client.monitor('t:float', { queueSize: 1 }));
  await Promise.all(monitors.map((monitor) => monitor.next()));
  for (let value = 1; value <= 50; value += 1) await client.put('t:float', value);
  const last = async (monitor: (typeof monitors)[number]): Promise<unknown> => {
    for await (const update of monitor) if (update.connected && update.value === 50) return update.value;
    return null;
  };
  t.ok((await Promise.all(monitors.map(last))).every((value) => value === 50));
});
