import { ntScalar, PvaClient, PvaError, PvaServer } from 'epics-pva-ts';
import t from 'tap';
import { PATIENCE_MS } from '../../patience.js';

const server = PvaServer.isolated();
const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
t.teardown(() => {
  client.close();
  server.close();
});

await t.test('updates asked for at once come one after the other', async (t) => {
  const pv = server.add('t:n', ntScalar('int32'), { initial: 0 });
  const monitor = client.monitor<number>('t:n');
  const first = monitor.next();
  const others = [monitor.next(), monitor.next(), monitor.next()];
  t.equal((await first).value?.value, 0);
  for (const value of [1, 2]) pv.post(value);
  t.same(await Promise.all(others.slice(0, 2).map(async (next) => (await next).value?.value)), [1, 2]);
  await monitor.return();
  t.same(await others[2], { done: true, value: undefined }, 'who still waits at the end is told');
  const error = await Promise.resolve()
    .then(() => monitor.stat())
    .catch((reason: unknown) => reason);
  t.ok(error instanceof PvaError);
  t.match(error, { code: 'PVA_CLOSED', pvName: 't:n' });
});

await t.test('servers asked for at once come one after the other, and all who wait hear of the end', async (t) => {
  const stop = new AbortController();
  const discovery = client.discover({ signal: stop.signal });
  const asked = [discovery.next(), discovery.next()];
  const found = await Promise.race(asked);
  t.equal(found.value?.event, 'online');
  stop.abort();
  t.same((await Promise.all(asked)).map(({ done }) => done).sort(), [false, true]);
});
