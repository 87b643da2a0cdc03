import { once } from 'node:events';
import type { PvaClient } from 'epics-pva-ts';
import t, { type Test } from 'tap';
import { PYTHON } from './ioc-process.js';
import { startByShell, type ShellIoc } from './shell-ioc.js';

/** A put is logged with the beginning of its value, so that these are more than any pipe and the log's own room hold. */
const PUTS = 6000;
const AT_ONCE = 200;
const LONG = JSON.stringify({ text: 'x'.repeat(300) });

async function putMany(client: PvaClient): Promise<void> {
  for (let i = 0; i < PUTS; i += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => client.put('dm:WF1:Args', LONG)));
  }
  await client.put('dm:WF1:Args', LONG, { block: true });
}

/** Until the log of it and everything behind it is full: the IOC answers all the same, and ends well. */
async function servesOn(t: Test, { child, client, exit }: ShellIoc): Promise<void> {
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
      await servesOn(t, await startByShell(t, shell, [`log.format=${format}`]));
    });
  }
}

await t.test('a reader that goes on is told how many lines it has missed', async (t) => {
  const { child, client, exit } = await startByShell(t, 'exec "$@"');
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

await t.test('the IOC serves on when its terminal takes nothing more', async (t) => {
  await servesOn(t, await startByShell(t, `exec ${PYTHON} test/system/terminal.py hold "$@"`));
});

for (const format of ['text', 'json']) {
  await t.test(`the IOC serves on when its terminal is closed, log format ${format}`, async (t) => {
    const logging = await startByShell(t, `exec ${PYTHON} test/system/terminal.py close "$@"`, [
      `log.format=${format}`,
    ]);
    const { child, client } = logging;
    await client.put('dm:WF1:Args', '{}', { block: true });
    child.stdin?.write('close\n');
    if (child.stdout !== null) await once(child.stdout, 'data');
    await servesOn(t, logging);
  });
}
