import { once } from 'node:events';
import { CaClient, type CaConnection } from 'node-epics-ca';
import t, { type Test } from 'tap';
import { PATIENCE_MS } from '../../../patience.js';
import { SoftIoc } from './soft-ioc.js';

const ioc = await SoftIoc.start(t);
const { environment } = ioc;
// Waiting for an event of a channel keeps no process alive.
const keepAlive = setInterval(() => undefined, 60_000);
t.teardown(() => {
  clearInterval(keepAlive);
});

function startClient(t: Test): CaClient {
  const client = new CaClient({ environment, timeoutMs: PATIENCE_MS });
  t.teardown(() => client.close());
  return client;
}

await t.test('a channel tells of its type and server', async (t) => {
  const channel = await startClient(t).connect('t:doubles');
  t.match(channel.connection, { nativeType: 'double', elementCount: 100_000, readable: true, writable: true });
  t.match(channel.connection?.host, new RegExp(`:${environment['EPICS_CA_SERVER_PORT'] ?? ''}$`));
});

await t.test('a lazy channel connects by itself, and is shared by name', async (t) => {
  const client = startClient(t);
  const channel = client.channel('t:ao');
  t.notOk(channel.connected);
  const [connection] = (await once(channel, 'connect')) as [CaConnection];
  t.equal(connection.nativeType, 'double');
  t.equal(await client.connect('t:ao'), channel);
});

await t.test('a PV that nobody serves is a timeout that names it', async (t) => {
  const client = startClient(t);
  const expected = {
    name: 'CaTimeoutError',
    code: 'CA_TIMEOUT',
    message: /t:missing.*50 ms/,
    channelName: 't:missing',
  };
  await t.rejects(client.connect('t:missing', { timeoutMs: 50 }), expected);
  await t.rejects(client.get('t:missing', { timeoutMs: 50 }), expected);
  await t.rejects(client.put('t:missing', 1, { timeoutMs: 50 }), expected);
  await t.rejects(client.monitor('t:missing', { timeoutMs: 50 }).next(), { code: 'CA_TIMEOUT' });
  await t.rejects(client.connect(''), { code: 'CA_BAD_NAME' });
  await using impatient = new CaClient({ environment, timeoutMs: 50 });
  await t.rejects(impatient.connect('t:missing'), expected);
  await t.rejects(impatient.get('t:missing'), expected);
  await t.rejects(impatient.put('t:missing', 1), expected);
  await t.rejects(impatient.put('t:missing', 1, { complete: true }), expected);
});

await t.test('an abort ends each operation with its reason', async (t) => {
  const client = startClient(t);
  const reason = new Error('enough');
  const operations = (signal: AbortSignal): Promise<unknown>[] => [
    client.connect('t:missing', { signal }),
    client.get('t:missing', { signal }),
    client.put('t:missing', 1, { signal }),
    client.put('t:never.A', 1, { complete: true, signal }),
    client.monitor('t:missing', { signal }).next(),
  ];
  await client.connect('t:never.A');
  const controller = new AbortController();
  const started = operations(controller.signal);
  setImmediate(() => {
    controller.abort(reason);
  });
  for (const { status, ...rest } of await Promise.allSettled(started)) {
    t.equal(status, 'rejected');
    t.equal((rest as PromiseRejectedResult).reason, reason);
  }
  for (const operation of operations(AbortSignal.abort(reason))) await t.rejects(operation, reason);
});

await t.test('one signal may serve many operations without a warning', async (t) => {
  const client = startClient(t);
  const { signal } = new AbortController();
  const warnings: Error[] = [];
  const onWarning = (warning: Error): number => warnings.push(warning);
  process.on('warning', onWarning);
  t.teardown(() => process.off('warning', onWarning));
  await Promise.all(Array.from({ length: 100 }, () => client.get('t:ao', { signal })));
  await new Promise(setImmediate);
  t.strictSame(warnings, []);
});

/** Whether a calcout waits for its output delay. */
async function isDelayed(client: CaClient, record: string): Promise<boolean> {
  return Number((await client.get(`${record}.DLYA`)).value) === 1;
}

await t.test('a put with completion waits for the record; without it does not', async (t) => {
  const client = startClient(t);
  await client.connect('t:slow.A');
  await client.put('t:slow.A', 1, { complete: true });
  t.equal(await isDelayed(client, 't:slow'), false, 'the record has ended when the put has');
  await client.put('t:never.A', 1);
  t.equal(await isDelayed(client, 't:never'), true, 'the record goes on when a put without completion has ended');
  await t.rejects(client.put('t:never.A', 2, { complete: true, timeoutMs: 20 }), { code: 'CA_TIMEOUT' });
});

await t.test('a put that the record refuses fails', async (t) => {
  const client = startClient(t);
  await t.rejects(client.put('t:disabled', 1, { complete: true }), {
    name: 'CaPutFailedError',
    code: 'CA_PUT_FAILED',
    channelName: 't:disabled',
  });
  const exception = once(client, 'exception');
  await client.put('t:disabled', 1);
  t.match(await exception, [/t:disabled/], 'without completion the client tells of it');
});

await t.test('access rights are told, kept to, and followed', async (t) => {
  const client = startClient(t);
  const channel = await client.connect('t:guarded');
  const monitor = channel.monitor();
  t.match(await monitor.next(), { value: { connected: true } });
  let rights = once(channel, 'accessRights');
  ioc.loadAccessFile('test/unit/node-epics-ca/client/closed.acf');
  t.strictSame(await rights, [{ readable: true, writable: false }]);
  await t.rejects(client.put('t:guarded', 1, { complete: true }), { code: 'CA_NO_WRITE_ACCESS' });
  await t.rejects(client.put('t:guarded', 1), { code: 'CA_NO_WRITE_ACCESS' });
  t.equal((await client.get('t:guarded')).value, 0);
  rights = once(channel, 'accessRights');
  ioc.loadAccessFile('test/unit/node-epics-ca/client/hidden.acf');
  t.strictSame(await rights, [{ readable: false, writable: false }]);
  await t.rejects(client.get('t:guarded'), { code: 'CA_NO_READ_ACCESS' });
  await t.rejects(channel.monitor().next(), { code: 'CA_NO_READ_ACCESS' });
});

await t.test('a server that dies fails what is under way, and is found again', async (t) => {
  const client = startClient(t);
  const channel = await client.connect('t:never.A');
  const monitor = client.monitor('t:ao');
  t.match(await monitor.next(), { value: { connected: true, value: 0 } });
  const put = client.put('t:never.A', 1, { complete: true });
  const failed = t.rejects(put, { name: 'CaDisconnectedError', code: 'CA_DISCONNECTED', message: /t:never\.A/ });
  await client.get('t:ao');
  const gone = once(channel, 'disconnect');
  await ioc.kill();
  await Promise.all([failed, gone]);
  t.strictSame(await monitor.next(), { done: false, value: { connected: false } });
  t.notOk(channel.connected);
  await t.rejects(client.get('t:never.A', { timeoutMs: 50 }), { code: 'CA_TIMEOUT' });
  const back = once(channel, 'connect');
  const late = client.get('t:ao', { timeoutMs: 60_000 });
  await ioc.start();
  await back;
  t.match(await monitor.next(), { value: { connected: true, value: 0 } }, 'the monitor goes on');
  t.equal((await late).value, 0, 'an operation that waited is done');
  await client.put('t:ao', 4, { complete: true });
  t.match(await monitor.next(), { value: { connected: true, value: 4 } });
});

await t.test('a server that hangs blocks neither operations nor the close', async (t) => {
  const client = startClient(t);
  await client.connect('t:doubles');
  await ioc.freeze();
  t.teardown(() => {
    ioc.thaw();
  });
  const data = new Float64Array(100_000);
  const order: string[] = [];
  const puts = Array.from({ length: 20 }, () => client.put('t:doubles', data, { complete: true, timeoutMs: 100 }));
  const ended = Promise.allSettled(puts).then(() => order.push('puts'));
  setImmediate(() => order.push('another turn'));
  for (const put of puts) await t.rejects(put, { code: 'CA_TIMEOUT' });
  await ended;
  t.strictSame(order, ['another turn', 'puts'], 'this thread was never blocked');
  const pending = t.rejects(client.put('t:doubles', data, { complete: true }), { code: 'CA_CLOSED' });
  const closed = client.close();
  await pending;
  ioc.thaw();
  await closed;
});

await t.test('a close rejects what is pending, once, and everything later', async (t) => {
  const client = startClient(t);
  const channel = await client.connect('t:never.A');
  const monitor = client.monitor('t:ao');
  await monitor.next();
  const pending: Promise<unknown>[] = [
    client.put('t:never.A', 1, { complete: true }),
    client.connect('t:missing'),
    client.get('t:missing'),
    monitor.next(),
  ];
  const closed = client.close();
  for (const operation of pending) {
    await t.rejects(operation, { name: 'CaClosedError', code: 'CA_CLOSED' });
  }
  await closed;
  await client.close();
  await t.rejects(client.get('t:ao'), { code: 'CA_CLOSED' });
  await t.rejects(client.put('t:ao', 1), { code: 'CA_CLOSED' });
  await t.rejects(channel.put(1), { code: 'CA_CLOSED' });
  await t.rejects(monitor.next(), { code: 'CA_CLOSED' });
  t.throws(() => client.channel('t:ao'), { code: 'CA_CLOSED' });
  t.throws(() => client.monitor('t:ao'), { code: 'CA_CLOSED' });
});

await t.test('a channel can be closed alone, and opened again', async (t) => {
  const client = startClient(t);
  const channel = await client.connect('t:never.A');
  const pending = t.rejects(client.put('t:never.A', 1, { complete: true }), { code: 'CA_CLOSED' });
  channel.close();
  await pending;
  await t.rejects(channel.get(), { code: 'CA_CLOSED' });
  t.not(await client.connect('t:never.A'), channel);
});

await t.test('close waits a limited time for libca to leave a server that hangs', async (t) => {
  const client = startClient(t);
  await client.connect('t:ao');
  await ioc.freeze();
  t.teardown(() => {
    ioc.thaw();
  });
  await t.rejects(client.put('t:ao', 1, { complete: true, timeoutMs: 100 }), { code: 'CA_TIMEOUT' });
  await client.close();
  t.pass('it has come back while the server hangs');
});
