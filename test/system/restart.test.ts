import type { PvaClient } from 'epics-pva-ts';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { IocProcess, PROGRAM, runProgram, temporaryDirectory, type Finished } from './ioc-process.js';
import { patientClient } from './patient-client.js';

const put = (client: PvaClient, pv: string, value: unknown): Promise<void> => client.put(pv, value, { block: true });
const text = async (client: PvaClient, pv: string): Promise<string> => String((await client.get(pv)).value);
const label = async (client: PvaClient, pv: string): Promise<string> => {
  const { index, choices } = (await client.get(pv)).value as { index: number; choices: string[] };
  return choices[index] ?? '';
};

await t.test('a restart keeps setpoints, the selected experiment, the job of a slot and the DAQ', async (t) => {
  const directory = temporaryDirectory(t);
  const root = join(directory, 'dm');
  const watched = join(directory, 'watched');
  mkdirSync(watched);
  const first = await IocProcess.start(root);
  const client = patientClient(first.clientEnvironment);
  await put(client, 'dm:Experiment', 'demo');
  await put(client, 'dm:DAQ1:DataDirectory', watched);
  await put(client, 'dm:DAQ1:Start', 1);
  await put(client, 'dm:WF1:Workflow', 'example-01');
  await put(client, 'dm:WF1:FilePath', '/etc/hostname');
  await put(client, 'dm:WF1:ReportingPeriod', 33);
  await put(client, 'dm:WF1:Concise', 'No');
  await put(client, 'dm:WF1:Run', 1);
  const jobId = await text(client, 'dm:WF1:JobId');
  const daqId = await text(client, 'dm:DAQ1:Id');
  client.close();
  t.equal(await first.stop(), 0, 'the first ends well');

  const second = await IocProcess.start(root);
  const again = patientClient(second.clientEnvironment);
  t.equal(await text(again, 'dm:Experiment'), 'demo', 'the experiment that was put');
  t.equal(await text(again, 'dm:Experiment_RBV'), 'demo', 'DM has confirmed it again');
  t.equal(await text(again, 'dm:WF1:Workflow'), 'example-01', 'a text');
  t.equal(await text(again, 'dm:WF1:ReportingPeriod'), '33', 'a number');
  t.equal(await label(again, 'dm:WF1:Concise'), 'No', 'a choice');
  t.equal(await text(again, 'dm:WF1:JobId'), jobId, 'the job');
  t.equal(await label(again, 'dm:WF1:Status'), 'Done', 'its status');
  t.equal(await text(again, 'dm:WF1:Stage'), '06-DONE', 'its stage');
  t.equal(await text(again, 'dm:DAQ1:Id'), daqId, 'the DAQ');
  t.equal(await label(again, 'dm:DAQ1:Status'), 'Running', 'it goes on');
  writeFileSync(join(watched, 'after.dat'), 'after the restart');
  await put(again, 'dm:DAQ1:Sync', 1);
  t.ok(existsSync(join(root, 'experiments/demo/data/after.dat')), 'and stores what appears');
  rmSync(watched, { recursive: true });
  await t.rejects(put(again, 'dm:DAQ1:Sync', 1), 'Sync of a directory that is gone fails');
  t.match((await again.get('dm:DAQ1:Status')).alarm, { severity: 'MINOR', message: /^Data directory/u }, 'it shows');
  t.match(await text(again, 'dm:DAQ1:ErrorMessage'), /watched/u, 'with the directory');
  again.close();
  t.equal(await second.stop(), 0, 'the second ends well');
});

const WAITING = 'echo begin >> "$log"; while [ ! -e "$go" ]; do sleep 0.05; done';

/** An IOC whose slot runs a job of three stages, the first of which goes on until the file `go` is there. */
async function withRunningJob(
  t: Test,
): Promise<{ ioc: IocProcess; root: string; settings: string[]; log: string; go: () => void; jobId: string }> {
  const directory = temporaryDirectory(t);
  const [workflows, log, go] = ['workflows', 'log', 'go'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(workflows);
  const stages = {
    '1': { command: WAITING },
    '2': { command: 'echo two >> "$log"' },
    '3': { command: 'echo three >> "$log"' },
  };
  writeFileSync(join(workflows, 'three.json'), JSON.stringify({ stages }));
  const root = join(directory, 'dm');
  const settings = [`dm.local.workflows=${workflows}`];
  const ioc = await IocProcess.start(root, settings);
  const client = patientClient(ioc.clientEnvironment);
  await put(client, 'dm:Experiment', 'demo');
  await put(client, 'dm:WF1:Workflow', 'three');
  await put(client, 'dm:WF1:Args', JSON.stringify({ filePath: '/dev/null', log, go }));
  await put(client, 'dm:WF1:Start', 1);
  const jobId = await text(client, 'dm:WF1:JobId');
  for await (const { value } of client.monitor('dm:WF1:Stage')) if (value === '1') break;
  client.close();
  while (!existsSync(log)) await new Promise((resolve) => setTimeout(resolve, 10));
  return {
    ioc,
    root,
    settings,
    log,
    go: () => {
      writeFileSync(go, '');
    },
    jobId,
  };
}

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  await t.test(`a job outlives the IOC (${signal}): the slot shows it, and Wait completes at its end`, async (t) => {
    const { ioc, root, settings, log, go, jobId } = await withRunningJob(t);
    const before = patientClient(ioc.clientEnvironment);
    await put(before, 'dm:Upload2:FilePath', 'the last one');
    const told = t.rejects(put(before, 'dm:WF1:Wait', 1), {
      message: signal === 'SIGTERM' ? 'the IOC stops, the job goes on' : /./u,
    });
    for await (const { value } of before.monitor<{ index: number }>('dm:WF1:Wait')) if (value.index === 1) break;
    await ioc.stop(signal);
    if (signal === 'SIGTERM') await told;
    before.close();
    const second = await IocProcess.start(root, settings);
    const client = patientClient(second.clientEnvironment);
    t.equal(await text(client, 'dm:WF1:JobId'), jobId, 'the slot has its job');
    t.equal(await text(client, 'dm:Upload2:FilePath'), 'the last one', 'and what was put just before');
    t.equal(await label(client, 'dm:WF1:Status'), 'Running', 'the job runs');
    t.equal(await text(client, 'dm:WF1:Stage'), '1', 'in the same stage');
    const waited = put(client, 'dm:WF1:Wait', 1);
    go();
    await waited;
    t.equal(await label(client, 'dm:WF1:Status'), 'Done', 'and has ended well');
    t.equal(readFileSync(log, 'utf8'), 'begin\ntwo\nthree\n', 'each stage ran once');
    client.close();
    t.equal(await second.stop(), 0, 'it ends well');
  });
}

await t.test('dm-ioc stop leaves the jobs, dm-ioc stop --jobs ends them, with an IOC and without', async (t) => {
  const stopped = (root: string, ...args: string[]): Promise<Finished> =>
    runProgram(process.execPath, [PROGRAM, 'stop', '--set', `dm.local.root=${root}`, ...args], {});
  const first = await withRunningJob(t);
  const client = patientClient(first.ioc.clientEnvironment);
  const waiting = t.rejects(put(client, 'dm:WF1:Wait', 1), 'who waits for the job hears it');
  t.match(await stopped(first.root, '--jobs'), { code: 0, stdout: /has stopped with its jobs/u });
  await waiting;
  client.close();
  t.equal(await first.ioc.stop(), 0, 'it has ended well');
  t.match(await stopped(first.root), { code: 1, stderr: /no IOC uses/u });

  const second = await withRunningJob(t);
  t.match(await stopped(second.root), { code: 0, stdout: /has stopped; jobs that ran go on/u });
  t.match(await stopped(second.root, '--jobs'), {
    code: 0,
    stdout: /no IOC uses .*; 1 jobs that one had left are ended/u,
  });
  const again = await IocProcess.start(second.root, second.settings);
  const reader = patientClient(again.clientEnvironment);
  t.equal(await label(reader, 'dm:WF1:Status'), 'Aborted');
  t.match(await text(reader, 'dm:WF1:ErrorMessage'), /stop --jobs/u);
  reader.close();
  t.equal(await again.stop(), 0);
  t.equal(readFileSync(second.log, 'utf8'), 'begin\n', 'nothing more has run');
});

await t.test('what cannot be saved shows, and is saved when it can be; the directory is for one IOC', async (t) => {
  const root = join(temporaryDirectory(t), 'dm');
  const ioc = await IocProcess.start(root);
  const client = patientClient(ioc.clientEnvironment);
  await t.rejects(IocProcess.start(join(root, 'other'), [`autosave.directory=${join(root, 'autosave')}`]), {
    message: /in use by another IOC/u,
  });
  const isShown = async (severity: string): Promise<void> => {
    for await (const { alarm } of client.monitor('dm:Autosave:Saved')) if (alarm?.severity === severity) return;
  };
  // Both are posted at once, one after the other.
  const message = async (wanted: RegExp): Promise<void> => {
    for await (const { value } of client.monitor('dm:Message')) if (wanted.test(String(value))) return;
  };
  renameSync(join(root, 'autosave'), join(root, 'away'));
  await put(client, 'dm:WF1:FilePath', 'kept in memory');
  await isShown('MAJOR');
  await message(/^Autosave: ENOENT/u);
  renameSync(join(root, 'away'), join(root, 'autosave'));
  await isShown('NONE');
  await message(/^$/u);
  t.match(readFileSync(join(root, 'autosave', 'dm-ioc.sav'), 'utf8'), /^dm:WF1:FilePath kept in memory$/mu, 'saved');
  client.close();
  t.equal(await ioc.stop(), 0, 'it ends well');
});

/** Until the PV has an alarm of this severity; its message. */
async function alarmOf(client: PvaClient, pv: string, severity: string): Promise<string> {
  for await (const { alarm } of client.monitor(pv)) if (alarm?.severity === severity) return alarm.message ?? '';
  return '';
}

await t.test(
  'Run says after a restart that its job goes on, and then how that ended; lists say why and where',
  async (t) => {
    const { ioc, root, settings, go } = await withRunningJob(t);
    await ioc.stop('SIGKILL');
    const second = await IocProcess.start(root, settings);
    const client = patientClient(second.clientEnvironment);
    t.match(await alarmOf(client, 'dm:WF1:Run', 'MINOR'), /^IOC restarted, it goes on/u);
    go();
    t.equal(await alarmOf(client, 'dm:WF1:Run', 'NONE'), '', 'it has ended well');
    await put(client, 'dm:WF1:Args', '{"filePath": "/dev/null", "go": "/dev/null", "log": "/nowhere/log"}');
    await t.rejects(put(client, 'dm:WF1:Run', 1), 'the next one fails');
    client.close();
    await second.stop('SIGKILL');

    const third = await IocProcess.start(root, settings);
    const again = patientClient(third.clientEnvironment);
    t.match(await alarmOf(again, 'dm:WF1:Run', 'MAJOR'), /^2 failed \(exit /u);
    t.equal(await label(again, 'dm:WF1:Run.STAT'), 'WRITE');
    t.equal(await label(again, 'dm:WF1:Status.STAT'), 'STATE');
    const table = (await again.get('dm:Job:Table')).value as Record<string, readonly string[]>;
    t.match(table, {
      experiment: ['demo', 'demo'],
      status: ['failed', 'done'],
      error: [/^2 failed \(exit .*nowhere/u, ''],
    });
    const { fields } = await again.rpc('dm:rpc:listJobs', {});
    t.match(JSON.parse(String(fields['json'])), [
      { experimentName: 'demo', errorMessage: /^2 failed \(exit .*nowhere/u },
      { experimentName: 'demo' },
    ]);
    await put(again, 'dm:WF1:Clear', 1);
    t.equal(await alarmOf(again, 'dm:WF1:Run', 'NONE'), '', 'the alarm goes with the job');
    again.close();
    t.equal(await third.stop(), 0, 'it ends well');
  },
);

await t.test(
  'an experiment that DM does not know after a restart shows as a put of it would, until a good one',
  async (t) => {
    const root = join(temporaryDirectory(t), 'dm');
    const first = await IocProcess.start(root);
    t.equal(await first.stop(), 0, 'the first ends well');
    const saved = join(root, 'autosave', 'dm-ioc.sav');
    writeFileSync(saved, readFileSync(saved, 'utf8').replace(/^dm:Experiment .*$/mu, 'dm:Experiment gone'));
    const second = await IocProcess.start(root);
    const client = patientClient(second.clientEnvironment);
    t.match(await text(client, 'dm:Message'), /^dm:Experiment: Experiment gone does not exist/u);
    for (const pv of ['dm:Message', 'dm:Experiment', 'dm:Experiment_RBV']) await alarmOf(client, pv, 'INVALID');
    await put(client, 'dm:Experiment', 'demo');
    for (const pv of ['dm:Message', 'dm:Experiment', 'dm:Experiment_RBV']) await alarmOf(client, pv, 'NONE');
    await t.rejects(put(client, 'dm:WF1:Start', 1), 'a put that nobody repeats');
    await alarmOf(client, 'dm:Message', 'INVALID');
    await put(client, 'dm:Message', 'seen');
    t.equal(await text(client, 'dm:Message'), '', 'and is acknowledged');
    await alarmOf(client, 'dm:Message', 'NONE');
    client.close();
    t.equal(await second.stop(), 0, 'it ends well');
  },
);
