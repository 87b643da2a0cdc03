import { PvaClient } from 'epics-pva-ts';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { IocProcess, temporaryDirectory } from './ioc-process.js';

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
  const client = new PvaClient({ environment: first.clientEnvironment });
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
  const again = new PvaClient({ environment: second.clientEnvironment });
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

await t.test('a kill loses nothing that was put before', async (t) => {
  const root = join(temporaryDirectory(t), 'dm');
  const first = await IocProcess.start(root);
  const client = new PvaClient({ environment: first.clientEnvironment });
  await put(client, 'dm:Experiment', 'demo');
  await put(client, 'dm:WF1:Workflow', 'sleep');
  await put(client, 'dm:WF1:Args', '{"seconds": "60", "filePath": "/dev/null"}');
  await put(client, 'dm:WF1:Start', 1);
  const jobId = await text(client, 'dm:WF1:JobId');
  await put(client, 'dm:Upload2:FilePath', 'the last one');
  await first.stop('SIGKILL');
  client.close();

  const second = await IocProcess.start(root);
  const again = new PvaClient({ environment: second.clientEnvironment });
  t.equal(await text(again, 'dm:WF1:JobId'), jobId, 'the slot has its job');
  t.equal(await text(again, 'dm:Upload2:FilePath'), 'the last one', 'and what was put just before');
  t.equal(await label(again, 'dm:WF1:Status'), 'Failed', 'which ended with the process');
  t.not(await text(again, 'dm:WF1:ErrorMessage'), '', 'with a reason');
  again.close();
  t.equal(await second.stop(), 0, 'it ends well');
});

await t.test('what cannot be saved shows, and is saved when it can be; the directory is for one IOC', async (t) => {
  const root = join(temporaryDirectory(t), 'dm');
  const ioc = await IocProcess.start(root);
  const client = new PvaClient({ environment: ioc.clientEnvironment });
  await t.rejects(IocProcess.start(join(root, 'other'), [`autosave.directory=${join(root, 'autosave')}`]), {
    message: /in use by another IOC/u,
  });
  const isShown = async (severity: string): Promise<void> => {
    for await (const { alarm } of client.monitor('dm:Autosave:Saved')) if (alarm?.severity === severity) return;
  };
  renameSync(join(root, 'autosave'), join(root, 'away'));
  await put(client, 'dm:WF1:FilePath', 'kept in memory');
  await isShown('MAJOR');
  t.match(await text(client, 'dm:Message'), /^Autosave: ENOENT/u, 'with the reason');
  renameSync(join(root, 'away'), join(root, 'autosave'));
  await isShown('NONE');
  t.equal(await text(client, 'dm:Message'), '', 'and goes');
  t.match(readFileSync(join(root, 'autosave', 'dm-ioc.sav'), 'utf8'), /^dm:WF1:FilePath kept in memory$/mu, 'saved');
  client.close();
  t.equal(await ioc.stop(), 0, 'it ends well');
});
