import type { PvaClient } from 'epics-pva-ts';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import t, { type Test } from 'tap';
import { cleanEnvironment, IocProcess, PYTHON, temporaryDirectory } from './ioc-process.js';
import { patientClient } from './patient-client.js';

interface Bench {
  readonly client: PvaClient;
  readonly directory: string;
  readonly put: (pv: string, value: unknown) => Promise<void>;
  /** Until the status has this label. */
  readonly status: (pv: string, label: string) => Promise<void>;
  readonly nJobs: () => Promise<number>;
  /** A Channel Access client whose puts to the PV all wait in one channel. */
  readonly putInLine: (pv: string, count: number) => Promise<InLine>;
}

interface InLine {
  readonly kill: () => Promise<void>;
  readonly answer: () => Promise<string>;
}

async function spoken(lines: Interface): Promise<string> {
  const [line] = (await once(lines, 'line')) as [string];
  return line;
}

async function setUp(t: Test): Promise<Bench> {
  const directory = temporaryDirectory(t);
  const ioc = await IocProcess.start(join(directory, 'dm'));
  const client = patientClient(ioc.clientEnvironment);
  const children: ChildProcess[] = [];
  t.teardown(async () => {
    client.close();
    for (const child of children) child.kill('SIGKILL');
    await ioc.stop();
  });
  const put = (pv: string, value: unknown): Promise<void> => client.put(pv, value, { block: true });
  await put('dm:Experiment', 'demo');
  await put('dm:WF1:Workflow', 'sleep');
  await put('dm:WF1:Args', '{"seconds": 60, "filePath": "/dev/null"}');
  return {
    client,
    directory,
    put,
    status: async (pv, label) => {
      for await (const { value } of client.monitor(pv)) {
        const { index, choices } = value as { index: number; choices?: string[] };
        if (choices?.[index] === label) return;
      }
    },
    nJobs: async () => {
      const { fields } = await client.rpc('dm:rpc:listJobs', {});
      return (fields as { count: number }).count;
    },
    putInLine: async (pv, count) => {
      const child = spawn(PYTHON, [resolve('test/system/puts_in_line.py'), pv, String(count)], {
        env: { ...cleanEnvironment(), ...ioc.clientEnvironment },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      const lines = createInterface({ input: child.stdout });
      t.equal(await spoken(lines), 'sent', 'all are on their way');
      return {
        kill: async () => {
          child.kill('SIGKILL');
          await once(child, 'exit');
        },
        answer: () => spoken(lines),
      };
    },
  };
}

await t.test(
  "an Abort ends in no new job, whatever a client's channel still holds, also when the client is dead",
  async (t) => {
    const { put, status, nJobs, putInLine } = await setUp(t);
    const line = await putInLine('dm:WF1:Run', 3);
    await status('dm:WF1:Status', 'Running');
    await line.kill();
    await put('dm:WF1:Abort', 1);
    await put('dm:Job:WaitIdle', 1);
    t.equal(await nJobs(), 1, 'none of the others started');
    await put('dm:WF1:Args', '{"seconds": 0, "filePath": "/dev/null"}');
    await put('dm:WF1:Run', 1);
    t.equal(await nJobs(), 2, 'what is put after the Abort is carried out at once');
  },
);

await t.test('who waits in line for Run is refused by an Abort, with the reason, over either protocol', async (t) => {
  const { put, status, nJobs, putInLine, client } = await setUp(t);
  const line = await putInLine('dm:WF1:Run', 2);
  await status('dm:WF1:Status', 'Running');
  const second = put('dm:WF1:Run', 1);
  second.catch(() => undefined);
  // The put goes out when its channel has answered, at the latest with the first get; the second get comes after it.
  await client.get('dm:WF1:Run');
  await client.get('dm:WF1:Run');
  const answered = line.answer();
  await put('dm:WF1:Abort', 1);
  t.equal(await answered, 'answer 160', 'the first is told that it failed');
  await t.rejects(second, { message: /refused: Abort is under way, put again when it has ended/u });
  t.equal(await nJobs(), 1, 'there was one job');
});

await t.test('a call that stops a job is an Abort to the slot that holds it', async (t) => {
  const { put, status, nJobs, putInLine, client } = await setUp(t);
  const line = await putInLine('dm:WF1:Run', 2);
  await status('dm:WF1:Status', 'Running');
  await line.kill();
  const id = String((await client.get('dm:WF1:JobId')).value);
  await client.rpc('dm:rpc:stopWorkflow', { id });
  await put('dm:Job:WaitIdle', 1);
  await put('dm:WF1:Abort', 1);
  t.equal(await nJobs(), 1, 'there was one job');
});

await t.test('a Stop ends in no new DAQ, and an Abort in no new upload', async (t) => {
  const { put, status, client, directory, putInLine } = await setUp(t);
  const watched = join(directory, 'watched');
  mkdirSync(watched);
  await put('dm:DAQ1:DataDirectory', watched);
  const line = await putInLine('dm:DAQ1:Start', 3);
  await status('dm:DAQ1:Status', 'Running');
  await line.kill();
  await put('dm:DAQ1:Stop', 1);
  t.equal(String((await client.get('dm:DAQ:NActive')).value), '0', 'none is active');
  await put('dm:Upload1:DataDirectory', watched);
  const uploads = await putInLine('dm:Upload1:Run', 2);
  t.match(await uploads.answer(), /^answer/u);
  await uploads.kill();
  await put('dm:Upload1:Abort', 1);
  await status('dm:Upload1:Status', 'Done');
});
