import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { SoftIoc } from '../unit/node-epics-ca/client/soft-ioc.js';
import { loopbackEnvironment } from '../loopback-environment.js';
import { usersEnvironment } from '../users-environment.js';

const CHILD = fileURLToPath(new URL('./ca-client-child.js', import.meta.url));
const LIMIT_MS = 300_000;
const { environment } = await SoftIoc.start(t);

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly said: readonly unknown[];
  readonly stderr: string;
}

async function runChild(
  scenario: string,
  options: { environment?: Readonly<Record<string, string>>; path?: string } = {},
): Promise<Ended> {
  const caEnvironment = options.environment ?? environment;
  const child = spawn(process.execPath, ['--expose-gc', CHILD, scenario, JSON.stringify(caEnvironment)], {
    env: { ...usersEnvironment(), ...(options.path !== undefined && { PATH: options.path }) },
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  const lines = stdout.split('\n').filter((line) => /^["{]/.test(line));
  return { code, signal, said: lines.map((line) => JSON.parse(line) as unknown), stderr };
}

await t.test('an idle client with open channels and monitors lets the process end', async (t) => {
  t.match(await runChild('idle'), { code: 0, said: ['idle'] });
});

await t.test('a put that waits keeps the process alive until it is done', async (t) => {
  const { code, said } = await runChild('pendingPut');
  t.equal(code, 0);
  t.ok((said[0] as { afterMs: number }).afterMs >= 250);
});

await t.test('a monitor that is read keeps the process alive', async (t) => {
  t.match(await runChild('pendingMonitor'), { code: 0, said: [{ updates: 4 }] });
});

await t.test('process.exit with puts and monitors under way ends with its own code', async (t) => {
  for (let round = 0; round < 5; round += 1) t.match(await runChild('exitCall'), { code: 0, signal: null });
});

await t.test('an uncaught exception ends the process as ever, without a crash', async (t) => {
  t.match(await runChild('uncaught'), { code: 1, signal: null, stderr: /on purpose/ });
});

await t.test('a listener that throws is an uncaught exception and costs nobody else an event', async (t) => {
  const { code, said } = await runChild('listenerThrows');
  t.equal(code, 0);
  t.strictSame(
    new Set(said.map((line) => JSON.stringify(line))),
    new Set(['{"uncaught":"of a listener"}', '{"other":0}']),
  );
});

await t.test('clients can be made and closed again and again', async (t) => {
  t.match(await runChild('manyClients'), { code: 0, said: [{ value: 0 }] });
});

await t.test('two hundred missing PVs hold up neither files nor this thread', async (t) => {
  t.match(await runChild('missing'), { code: 0, said: [{ ended: 0 }] });
});

await t.test('ten thousand puts, with gets, monitors, aborts and timeouts between, leave nothing behind', async (t) => {
  const { code, said } = await runChild('leak');
  const { heapBytes, externalBytes, rssBytes } = said[0] as Record<'heapBytes' | 'externalBytes' | 'rssBytes', number>;
  t.equal(code, 0);
  t.ok(heapBytes < 1_000_000, `heap grew by ${heapBytes} bytes`);
  t.ok(externalBytes < 1_000_000, `external memory grew by ${externalBytes} bytes`);
  t.ok(rssBytes < 16_000_000, `resident memory grew by ${rssBytes} bytes`);
});

await t.test('clients in worker threads end with their thread, and the main thread goes on', async (t) => {
  t.match(await runChild('workers'), { code: 0, said: [{ value: 5 }] });
});

await t.test('worker threads that come and go leave a working addon', async (t) => {
  t.match(await runChild('workerOnly'), { code: 0, said: [{ value: 0 }] });
});

await t.test('no repeater process is started', async (t) => {
  const folder = t.testdir();
  const bin = join(folder, 'bin');
  const trace = join(folder, 'started');
  await mkdir(bin);
  await writeFile(join(bin, 'caRepeater'), `#!/bin/sh\ntouch ${trace}\n`);
  await chmod(join(bin, 'caRepeater'), 0o755);
  const { code } = await runChild('idle', { path: `${bin}:${process.env['PATH'] ?? ''}` });
  t.equal(code, 0);
  await t.rejects(stat(trace), { code: 'ENOENT' });
});

await t.test('beside an IOC in its own process, puts to one record are done one after the other', async (t) => {
  const { code, said, stderr } = await runChild('besideIoc', { environment: await loopbackEnvironment() });
  t.equal(code, 0, stderr);
  const { host, puts, value } = said[0] as { host: string; puts: string[]; value: number };
  t.notMatch(host, /:/, 'no network between');
  t.strictSame(
    puts,
    Array.from({ length: 20 }, (_, index) => (index === 13 ? 'CA_PUT_FAILED' : 'done')),
  );
  t.equal(value, 19);
});

await t.test('beside an IOC, clients that close while puts end are gone without a trace', async (t) => {
  const { code, said, stderr } = await runChild('manyBesideIoc', { environment: await loopbackEnvironment() });
  t.equal(code, 0, stderr);
  t.strictSame(said, [{ ended: 400 }]);
});

await t.test('beside an IOC, a client closes while a record never ends its put', async (t) => {
  const { code, said, stderr } = await runChild('pendingBesideIoc', { environment: await loopbackEnvironment() });
  t.equal(code, 0, stderr);
  t.strictSame(said, [{ put: 'CA_CLOSED' }, { other: 3 }]);
});
