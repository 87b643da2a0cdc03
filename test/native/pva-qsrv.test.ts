// Our client with records of EPICS: a plain IOC (C iocCore and QSRV2), and the IOC of node-epics-ca with our PVs beside its records.
import { ntScalar, PvaClient } from 'epics-pva-ts';
import t from 'tap';
import { PATIENCE_MS } from '../patience.js';
import { startProcess } from './pva/child-process.js';
import { loopbackEnvironment } from '../loopback-environment.js';

await t.test('records of a plain IOC are read, put, waited for and followed', async (t) => {
  const environment = await loopbackEnvironment();
  const ioc = startProcess('.venv/bin/python', ['-m', 'pvxslibs.ioc', '-d', 'test/native/pva/qsrv.db'], environment);
  const client = new PvaClient({ environment, timeoutMs: PATIENCE_MS });
  t.teardown(async () => {
    client.close();
    ioc.process.stdin?.end();
    await ioc.exit;
  });
  const ao = await client.get('qsrv:ao', { timeoutMs: 300_000, type: ntScalar('float64') });
  t.match(ao.fields, { display: { units: 'mm', precision: 2 }, control: { limitLow: -10, limitHigh: 10 } });
  const twice = client.monitor<number>('qsrv:twice');
  t.equal((await twice.next()).value?.value, 0);
  await client.put('qsrv:ao', 8, { block: true });
  t.equal((await client.get('qsrv:ao')).value, 8);
  const update = (await twice.next()).value;
  t.equal(update?.value, 16);
  t.match(update?.alarm, { severity: 'MINOR' });
  await twice.return();
  const before = performance.now();
  await client.put('qsrv:slow.A', 1, { block: true });
  t.ok(performance.now() - before >= 390, 'a put with block waits until the record has finished');
  await t.rejects(client.put('qsrv:fixed', 1), { code: 'PVA_REMOTE' });
  await t.rejects(client.put('qsrv:fixed', 1, { block: true, process: true }), { code: 'PVA_REMOTE' });
  await client.put('qsrv:bo', true);
  t.match((await client.get('qsrv:bo')).value, { index: 1, choices: ['Off', 'On'] });
  await client.put('qsrv:mode', 'Stop');
  t.match((await client.get('qsrv:mode')).value, { index: 2 });
  await t.rejects(client.put('qsrv:mode', 'Fly'), { code: 'PVA_TYPE', message: /Idle, Run, Stop/ });
  await client.put('qsrv:int64', 2n ** 62n + 1n);
  t.equal((await client.get('qsrv:int64')).value, 2n ** 62n + 1n);
  const text = 'long text '.repeat(15);
  await client.put('qsrv:text', text);
  t.equal((await client.get('qsrv:text')).value, text);
  await client.put('qsrv:wave', [1, 2, 3]);
  t.same((await client.get('qsrv:wave')).value, Float64Array.of(1, 2, 3));
  await client.put('qsrv:ao', 5, { process: false });
  t.equal((await client.get('qsrv:twice')).value, 16, 'without processing, links do not follow');
});

await t.test('our PVs are served beside the records of the IOC in the same process', async (t) => {
  const environment = await loopbackEnvironment();
  const script = new URL('./pva/ioc.js', import.meta.url).pathname;
  const ioc = startProcess(process.execPath, [script], environment);
  t.equal(await ioc.expect('before'), 'PVA_CLOSED', 'there is no server before the IOC is made');
  await ioc.expect('running');
  const client = new PvaClient({ environment, timeoutMs: PATIENCE_MS });
  t.teardown(() => {
    client.close();
  });
  t.same((await client.get('ioc:table')).value, { id: ['a'], n: Int32Array.of(1) });
  t.match((await client.rpc('ioc:rpc', { a: 1 })).fields, { a: 1 });
  const before = performance.now();
  await client.put('ioc:run', 1, { block: true });
  t.ok(performance.now() - before >= 190, 'a put with block waits for the handler');
  await t.rejects(client.put('ioc:ao', 7, { block: true }), { code: 'PVA_REMOTE' }, 'a refused write is an error');
  t.match((await client.get('ioc:ao')).alarm, { severity: 'INVALID' });
  const waiting = client.put('ioc:command', 1, { timeoutMs: 300_000 });
  await ioc.expect('put');
  ioc.say('end');
  await t.rejects(waiting, { code: 'PVA_REMOTE', remoteCode: 'PVA_CLOSED' }, 'puts under way fail when the IOC ends');
  t.same(await ioc.exit, { code: 0, signal: null });
});
