import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { LineProcess } from './line-process.js';
import { loopbackEnvironment } from '../../loopback-environment.js';
import { startTestIoc } from './test-ioc.js';

const FAILED_OVER_CA = 160;
const STAGES = fileURLToPath(new URL('./exit-stage.js', import.meta.url));

void t.test('SIGTERM with puts in flight answers each of them and exits with 0', async (t) => {
  const { ioc, clients } = await startTestIoc(t);
  const overCa = [clients.call('caPutWait', 'ao', 1), clients.call('caPutWait', 'stringout', 'x')];
  const overPva = [clients.call('pvaPutWait', 'longout', 1), clients.call('pvaPutWait', 'lso', 'x')];
  const busy = clients.call('pvaPutWait', 'busy', 1);
  for (const name of ['ao', 'stringout', 'longout', 'lso', 'busy']) await ioc.event({ event: 'write', name });
  const queued = clients.call('pvaPutWait', 'ao', 2);
  await clients.call('pvaGet', 'ao');
  ioc.kill('SIGTERM');
  for (const answer of overCa) t.match(await answer, { status: FAILED_OVER_CA }, 'CA put-callback');
  for (const answer of overPva) t.match(await answer, { status: 0, message: 'the IOC is shutting down' }, 'PVA put');
  t.match(await busy, { status: 0, message: 'cancelled on request' }, 'what its handler makes of the stop');
  t.match(await queued, { status: 0 }, 'a put that waited for its turn');
  await ioc.event({ event: 'closed' });
  t.same(await ioc.exited(), { code: 0, signal: null });
});

void t.test('close lets handlers finish that are quick enough', async (t) => {
  const { ioc, clients } = await startTestIoc(t);
  const answer = clients.call('caPutWait', 'ao', 1);
  await ioc.event({ event: 'write', name: 'ao' });
  const closed = ioc.call('close', 20_000);
  const late = clients.call('pvaPutWait', 'longout', 1);
  t.match(await late, { status: 0 }, 'a put that comes now is refused');
  await ioc.call('settle', 'ao');
  t.match(await answer, { status: 1 });
  await closed;
  t.same(await ioc.exited(), { code: 0, signal: null });
});

void t.test('SIGTERM ends the process in time although JavaScript hangs, and answers what is in flight', async (t) => {
  const { ioc, clients } = await startTestIoc(t, { exitLimitMs: 300 });
  const answer = clients.call('caPutWait', 'ao', 1);
  await ioc.event({ event: 'write', name: 'ao' });
  ioc.call('blockUntil', '/never').catch(() => undefined);
  ioc.kill('SIGTERM');
  t.match(await answer, { status: FAILED_OVER_CA });
  t.same(await ioc.exited(), { code: 1, signal: null });
  t.equal(ioc.stderr, 'not ended in time\n');
});

void t.test('a guarded process that ends by itself in time keeps its exit code', async (t) => {
  const { ioc } = await startTestIoc(t, { exitLimitMs: 60_000 });
  ioc.kill('SIGTERM');
  await ioc.event({ event: 'closed' });
  t.same(await ioc.exited(), { code: 0, signal: null });
  t.equal(ioc.stderr, '');
});

void t.test('an uncaught error ends the process with its code, and answers what is in flight', async (t) => {
  const { ioc, clients } = await startTestIoc(t);
  const answers = [clients.call('caPutWait', 'ao', 1), clients.call('pvaPutWait', 'busy', 1)];
  await ioc.event({ event: 'write', name: 'ao' });
  await ioc.event({ event: 'write', name: 'busy' });
  await ioc.call('throwUncaught');
  t.match(await Promise.all(answers), [{ status: FAILED_OVER_CA }, { status: 0 }]);
  t.same(await ioc.exited(), { code: 1, signal: null });
  t.match(ioc.stderr, /uncaught on purpose/);
});

void t.test('process.exit with a put in flight answers it and keeps the code', async (t) => {
  const { ioc, clients } = await startTestIoc(t);
  const answer = clients.call('caPutWait', 'ao', 1);
  await ioc.event({ event: 'write', name: 'ao' });
  ioc.call('exitNow', 7).catch(() => undefined);
  t.match(await answer, { status: FAILED_OVER_CA });
  t.same(await ioc.exited(), { code: 7, signal: null });
});

void t.test('every stage of its life ends with exit code 0', async (t) => {
  const environment = JSON.stringify(await loopbackEnvironment());
  for (const stage of [
    'loaded',
    'constructed',
    'records',
    'started',
    'posting',
    'watched',
    'closed',
    'closed-before-start',
    'shell-open',
    'exit-while-starting',
    'second',
    'worker',
    'worker-and-main',
    'worker-terminated',
    'worker-terminated-starting',
    'worker-terminated-loaded',
    'worker-terminated-watched',
  ]) {
    const child = new LineProcess(process.execPath, [STAGES, stage, environment]);
    const { code, signal } = await child.exited();
    t.same({ code, signal }, { code: 0, signal: null }, `${stage}: ${child.stderr}`);
    t.equal(child.stderr, '', stage);
    t.match(child.pending('end'), [{ stage }], `${stage} got to its end`);
  }
});

void t.test('the interactive shell ends with its input, and the process lives on', async (t) => {
  const environment = JSON.stringify(await loopbackEnvironment());
  const child = new LineProcess(process.execPath, [STAGES, 'shell', environment]);
  child.write('dbl\nexit\n');
  t.match(await child.event({ event: 'end' }), { stage: 'shell' });
  t.same(await child.exited(), { code: 0, signal: null });
});

void t.test('a shell whose worker thread was terminated ends with its input', async (t) => {
  const environment = JSON.stringify(await loopbackEnvironment());
  const child = new LineProcess(process.execPath, [STAGES, 'worker-terminated-shell', environment]);
  await child.event({ event: 'terminated' });
  child.write('exit\n');
  t.match(await child.event({ event: 'end' }), { stage: 'worker-terminated-shell' });
  t.same(await child.exited(), { code: 0, signal: null });
});

void t.test('memory is not locked, although base would as root', async (t) => {
  const { ioc } = await startTestIoc(t);
  const status = await readFile(`/proc/${ioc.pid}/status`, 'utf8');
  t.match(status, /VmLck:\s+0 kB/);
});
