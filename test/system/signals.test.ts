import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PvaClient } from 'epics-pva-ts';
import t, { type Test } from 'tap';
import { IocProcess, PYTHON, temporaryDirectory } from './ioc-process.js';
import { patientClient } from './patient-client.js';
import { startByShell } from './shell-ioc.js';

interface Running {
  readonly ioc: IocProcess;
  readonly client: PvaClient;
  readonly directory: string;
  /** Makes JavaScript stand still until `goOn` is called. */
  readonly hang: () => void;
  readonly goOn: () => void;
}

async function start(t: Test, settings: readonly string[] = []): Promise<Running> {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'go on');
  const ioc = await IocProcess.start(join(directory, 'dm'), settings, {
    NODE_OPTIONS: `--import ${join(import.meta.dirname, 'misbehave.js')}`,
    HANG_UNTIL: file,
  });
  const client = patientClient(ioc.clientEnvironment);
  t.teardown(() => {
    client.close();
    ioc.child.kill('SIGKILL');
  });
  return {
    ioc,
    client,
    directory,
    hang: () => ioc.child.kill('SIGALRM'),
    goOn: () => {
      writeFileSync(file, '');
    },
  };
}

/** Until the log has it. */
async function logged(ioc: IocProcess, text: RegExp): Promise<void> {
  while (!text.test(ioc.output) && ioc.child.stderr !== null) await once(ioc.child.stderr, 'data');
}

/** Until Heartbeat is as wanted. */
async function heartbeat(client: PvaClient, severity: string, message: string): Promise<void> {
  for await (const { alarm } of client.monitor('dm:Heartbeat')) {
    if (alarm?.severity === severity && alarm.message === message) return;
  }
}

await t.test('SIGHUP is ignored, and SIGUSR1 opens no debugger', async (t) => {
  const { ioc, client } = await start(t);
  for (const signal of ['SIGHUP', 'SIGUSR1'] as const) {
    ioc.child.kill(signal);
    await logged(ioc, new RegExp(`signal ignored signal=${signal}`, 'u'));
  }
  await client.put('dm:Experiment', 'demo', { block: true });
  t.notMatch(ioc.output, /debugger/iu);
  t.equal(await ioc.stop(), 0);
});

await t.test('what is thrown where nobody waits for it is logged as a defect, and the IOC serves on', async (t) => {
  const { ioc, client } = await start(t);
  for (const text of [/defect of dm-ioc.*: thrown on purpose\n/u, /on purpose[^]*on purpose\n/u]) {
    ioc.child.kill('SIGWINCH');
    await logged(ioc, text);
    await client.put('dm:Experiment', 'demo', { block: true });
  }
  t.equal(await ioc.stop(), 0);
});

await t.test('a standstill of JavaScript shows at Heartbeat and in the log, and goes by', async (t) => {
  for (const format of ['text', 'json']) {
    const { ioc, client, hang, goOn } = await start(t, [`log.format=${format}`]);
    hang();
    await Promise.all([
      heartbeat(client, 'INVALID', 'no answer from JavaScript'),
      logged(ioc, /ERROR JavaScript does not answer|"level":50,"time":\d{13},"msg":"JavaScript does not answer/u),
    ]);
    const put = client.put('dm:Experiment', 'demo', { block: true });
    goOn();
    await put;
    await heartbeat(client, 'NONE', '');
    await logged(ioc, /JavaScript answers again/u);
    t.match(ioc.output, /\bstalls"?[=:]1\b/u);
    t.equal(await ioc.stop(), 0);
  }
});

await t.test('SIGTERM ends an IOC whose JavaScript hangs, and a put that waits fails', async (t) => {
  const { ioc, client, hang } = await start(t);
  hang();
  await heartbeat(client, 'INVALID', 'no answer from JavaScript');
  const put = client.put('dm:Experiment', 'demo', { block: true, timeoutMs: 60_000 });
  const failed = t.rejects(put, { code: 'PVA_REMOTE' });
  t.equal(await ioc.stop(), 1);
  await failed;
  t.match(ioc.output, /ERROR not stopped in time/u);
});

await t.test('SIGTERM ends an IOC with a record that is never done', async (t) => {
  // It waits for its terminal, and holds the lock of PollPeriod meanwhile.
  const database = join(temporaryDirectory(t), 'slow.db');
  writeFileSync(
    database,
    `record(lso, "$(P)Slow") {
      field(DTYP, "stdio") field(OUT, "@stdout") field(SIZV, "32767") field(FLNK, "$(P)PollPeriod")
    }\n`,
  );
  const { child, client, exit } = await startByShell(t, `exec ${PYTHON} test/system/terminal.py hold "$@"`, [
    `site.databases=[{ file: ${database} }]`,
  ]);
  const put = client.put('dm:Slow', 'x'.repeat(32_000), { block: true, timeoutMs: 60_000 });
  const failed = t.rejects(put, { code: 'PVA_DISCONNECTED' });
  const isServed = (): Promise<boolean> =>
    client.get('dm:Heartbeat', { timeoutMs: 1000 }).then(
      () => true,
      () => false,
    );
  while (await isServed());
  child.kill('SIGTERM');
  t.same(await exit, [1, null]);
  await failed;
});
