import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PvaClient } from 'epics-pva-ts';
import t, { type Test } from 'tap';
import { loopbackEnvironment } from '../loopback-environment.js';
import { cleanEnvironment, PROGRAM, PYTHON, temporaryDirectory } from './ioc-process.js';

t.setTimeout(180_000);
const PUTS = 300;
/** A put is logged with its value, so that these are more than any pipe and the log's own room hold. */
const LONG = JSON.stringify({ text: 'x'.repeat(4000) });

interface Logging {
  readonly child: ChildProcess;
  readonly client: PvaClient;
  readonly exit: Promise<unknown[]>;
}

/** `dm-ioc run` by a shell command, in which "$@" is the IOC's own. */
async function startBy(t: Test, shell: string, format: string): Promise<Logging> {
  const environment = await loopbackEnvironment();
  const root = temporaryDirectory(t);
  const settings = [`dm.local.root=${root}`, `autosave.directory=${join(root, 'autosave')}`, `log.format=${format}`];
  const args = ['run', ...settings.flatMap((setting) => ['--set', setting])];
  const child = spawn('bash', ['-c', shell, 'bash', PROGRAM, ...args], {
    env: { ...cleanEnvironment(), ...environment },
    stdio: 'pipe',
    // A group of its own, to end the readers as well.
    detached: true,
  });
  const exit = once(child, 'exit');
  const client = new PvaClient({ environment });
  t.teardown(() => {
    client.close();
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // All have ended.
    }
  });
  await client.get('dm:Heartbeat', { timeoutMs: 60_000 });
  return { child, client, exit };
}

async function putMany(client: PvaClient): Promise<void> {
  for (let i = 0; i < PUTS; i += 1) await client.put('dm:WF1:Args', LONG, { block: true });
}

/** Until the log of it and everything behind it is full: the IOC answers all the same, and ends well. */
async function servesOn(t: Test, { child, client, exit }: Logging): Promise<void> {
  await putMany(client);
  t.pass(`${PUTS} puts are answered`);
  child.kill('SIGTERM');
  t.same(await exit, [0, null], 'it ends well');
}

/** `exec` keeps the process number, so that signals reach the IOC. */
const READERS: Readonly<Record<string, string>> = {
  'stderr with a reader that does not read': 'exec "$@" 2> >(exec sleep infinity)',
  'stderr whose reader went away after one line': 'exec "$@" 2> >(exec head -1 > /dev/null)',
  'stderr on a full disk': 'exec "$@" 2> /dev/full',
  'stderr closed': 'exec "$@" 2>&-',
  'stdout and stderr on a full disk': 'exec "$@" > /dev/full 2>&1',
  'stdout and stderr with one reader that went away': 'exec "$@" > >(exec true) 2>&1',
  'stdout and stderr with a full pipe':
    'exec 3> >(exec sleep infinity); head -c 65536 /dev/zero >&3; exec "$@" >&3 2>&3 3>&-',
};

for (const format of ['text', 'json']) {
  for (const [reader, shell] of Object.entries(READERS)) {
    await t.test(`the IOC serves on with ${reader}, log format ${format}`, async (t) => {
      await servesOn(t, await startBy(t, shell, format));
    });
  }
}

await t.test('a reader that goes on is told how many lines it has missed', async (t) => {
  const { child, client, exit } = await startBy(t, 'exec "$@"', 'text');
  await putMany(client);
  await putMany(client);
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const isTold = (): boolean => /WARN log lines were lost: nobody took them lines=\d+\n/u.test(log);
  while (!isTold() && child.stderr !== null) await once(child.stderr, 'data');
  t.match(log, /INFO serving/u, 'what came first is there');
  child.kill('SIGTERM');
  t.same(await exit, [0, null]);
  t.match(log, /INFO stopped/u, 'and what came last');
});

for (const format of ['text', 'json']) {
  await t.test(`the IOC serves on when its terminal is closed, log format ${format}`, async (t) => {
    const logging = await startBy(t, `exec ${PYTHON} test/system/terminal.py "$@"`, format);
    const { child, client } = logging;
    await client.put('dm:WF1:Args', '{}', { block: true });
    child.stdin?.write('close\n');
    if (child.stdout !== null) await once(child.stdout, 'data');
    await servesOn(t, logging);
  });
}
