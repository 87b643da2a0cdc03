// What happens to processes and threads that use node-pvxs: they end, and nobody is left waiting.
import { PvaClient } from 'epics-pva-ts';
import t from 'tap';
import { PATIENCE_MS } from '../patience.js';
import { type LineProcess, startProcess, startScenario } from './pva/child-process.js';

const clean = { code: 0, signal: null };

/** The outcome of a put that the child will never answer by itself. */
async function putTo(child: LineProcess): Promise<unknown> {
  const environment = JSON.parse(await child.expect('settings')) as Record<string, string>;
  using client = new PvaClient({ environment, timeoutMs: PATIENCE_MS });
  return await client.put('t:n', 1, { timeoutMs: 300_000 }).then(
    () => 'answered',
    (error: unknown) => error,
  );
}

await t.test('1: a process that only holds PVs, servers and clients ends by itself', async (t) => {
  t.same(await startScenario('idle').exit, clean);
});

await t.test('a serving process goes on until its server is closed', async (t) => {
  const child = startScenario('serving');
  await child.expect('serving');
  child.say('end');
  t.same(await child.exit, clean);
});

await t.test('puts under way fail when the process calls process.exit()', async (t) => {
  const child = startScenario('exit');
  t.match(await putTo(child), { code: 'PVA_REMOTE', remoteCode: 'PVA_CLOSED' });
  t.same(await child.exit, clean);
});

await t.test('puts under way fail when the process ends by an error', async (t) => {
  const child = startScenario('uncaught');
  t.match(await putTo(child), { code: 'PVA_REMOTE', remoteCode: 'PVA_CLOSED' });
  t.same(await child.exit, { code: 1, signal: null });
});

await t.test('puts under way fail when the process ends because nothing keeps it running', async (t) => {
  const child = startScenario('natural');
  t.match(await putTo(child), { code: 'PVA_REMOTE', remoteCode: 'PVA_CLOSED' });
  t.same(await child.exit, clean);
});

await t.test('2: a put that its handler drops is answered when garbage is collected', async (t) => {
  const child = startScenario('dropped', '--expose-gc');
  t.match(JSON.parse(await child.expect('error')), { code: 'PVA_REMOTE', remoteCode: 'PVA_CLOSED' });
  t.same(await child.exit, clean);
});

await t.test('2: a put whose handler can never come to an end is answered when garbage is collected', async (t) => {
  const child = startScenario('forgotten', '--expose-gc');
  t.match(JSON.parse(await child.expect('error')), { code: 'PVA_REMOTE', remoteCode: 'PVA_CLOSED' });
  t.same(await child.exit, clean);
});

await t.test('4: the main thread and workers use the addon one after the other', async (t) => {
  const child = startScenario('workers');
  for (let round = 0; round < 4; round++) t.equal(await child.expect('value'), '2');
  for (let round = 0; round < 3; round++) t.equal(await child.expect('worker'), '3');
  t.same(await child.exit, clean);
});

await t.test('4: a worker that is terminated in the middle leaves nobody waiting', async (t) => {
  const child = startScenario('terminated');
  t.equal(await child.expect('put'), 'PVA_REMOTE');
  await child.expect('done');
  t.same(await child.exit, clean);
});

await t.test('9: all symbols of the addon resolve at load', async (t) => {
  const child = startProcess(process.execPath, ['--input-type=module', '-e', 'await import("node-pvxs")'], {
    LD_BIND_NOW: '1',
  });
  t.same(await child.exit, clean, 'the string ABI is that of the libraries');
});
