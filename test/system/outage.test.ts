import { createLocalDataManagement } from 'dm';
import { createDmServer } from 'dm/server';
import { PvaClient } from 'epics-pva-ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { IocProcess, temporaryDirectory } from './ioc-process.js';

await t.test('DM going down and coming back shows in the PVs, and nothing is sent twice or lost', async (t) => {
  const directory = temporaryDirectory(t);
  const loginFile = join(directory, 'login');
  writeFileSync(loginFile, 'user2bm|secret\n');
  const dm = createLocalDataManagement({
    root: join(directory, 'engine'),
    workflowsDirectory: 'ioc/workflows',
    owner: 'user2bm',
  });
  await dm.start();
  await dm.experiments.add({ name: 'demo' });
  const calls: string[] = [];
  const server = await createDmServer(dm, {
    ports: 0,
    tls: null,
    users: [{ username: 'user2bm', password: 'secret' }],
    onCall: ({ route }) => calls.push(route ?? ''),
  });
  const urls = (['DS', 'DAQ', 'CAT', 'PROC'] as const).map(
    (name) => `dm.rest.${name.toLowerCase()}=${server.urls[name]}`,
  );
  const ioc = await IocProcess.start(join(directory, 'ioc'), [
    'dm.backend=rest',
    ...urls,
    'dm.rest.station=LOCAL',
    `dm.rest.loginFile=${loginFile}`,
    'dm.rest.poll={pollMs: 100, listMs: 1000, idleListMs: 1000, maxBackoffMs: 300, syncSettleMs: 300}',
  ]);
  const client = new PvaClient({ environment: ioc.clientEnvironment });
  const put = (pv: string, value: unknown): Promise<void> => client.put(pv, value, { block: true });
  /** Follows a PV until it is as wanted; the last update seen. */
  const until = async (
    pv: string,
    isWanted: (value: unknown, severity: string, message: string) => boolean,
  ): Promise<void> => {
    for await (const { value, alarm } of client.monitor(pv, { signal: AbortSignal.timeout(20_000) })) {
      const shown = typeof value === 'object' && value !== null && 'index' in value ? value.index : value;
      if (isWanted(shown, alarm?.severity ?? '', alarm?.message ?? '')) return;
    }
  };
  try {
    await put('dm:Experiment', 'demo');
    await put('dm:WF1:Workflow', 'sleep');
    await put('dm:WF1:Args', '{"seconds": "4", "filePath": "/dev/null"}');
    const run = put('dm:WF1:Run', 1);
    await until('dm:WF1:Status', (value, severity) => value === 2 && severity === 'NONE');

    server.faults.down = true;
    await until('dm:Service:PROC:Connected', (value, severity) => value === 0 && severity === 'MAJOR');
    await until(
      'dm:WF1:Status',
      (value, severity, message) => value === 2 && severity === 'INVALID' && message.startsWith('no PROC'),
    );
    t.pass('the status keeps its value, INVALID with the reason');
    const directoryToWatch = join(directory, 'watched');
    mkdirSync(directoryToWatch);
    await put('dm:DAQ1:DataDirectory', directoryToWatch);
    await t.rejects(put('dm:DAQ1:Start', 1), 'a command is refused meanwhile');
    t.match((await client.get('dm:DAQ1:Start')).alarm, { severity: 'INVALID', message: /\S/u }, 'with the reason');
    await t.rejects(put('dm:Experiment', 'demo'), 'so is a put of the experiment');
    t.match(await client.get('dm:Experiment_RBV'), { value: 'demo' }, 'which stays selected');

    server.faults.down = false;
    await until('dm:Connected', (value, severity) => value === 1 && severity === 'NONE');
    await until('dm:WF1:Status', (_value, severity) => severity === 'NONE');
    t.pass('it recovers');
    await until('dm:Experiment', (value, severity) => value === 'demo' && severity === 'NONE');
    t.pass('the experiment is confirmed again without a put');
    await run;
    await until('dm:WF1:Status', (value) => value === 4);
    t.equal(calls.filter((route) => route === 'startProcessingJob').length, 1, 'the job was started once');
    t.equal((await dm.daqs.list()).length, 0, 'the refused start was not sent later');

    server.expireSessions();
    await put('dm:WF1:Workflow', 'example-01');
    await put('dm:WF1:Run', 1);
    t.pass('an expired session is renewed');
    t.equal((await dm.jobs.list('user2bm')).length, 2, 'and its job was started once');

    server.faults.slowMs = { listProcessingJobs: 5000, getExperimentsByStation: 5000 };
    await until('dm:Heartbeat', () => true);
    const startedMs = performance.now();
    await put('dm:WF1:Run', 1);
    t.ok(performance.now() - startedMs < 4000, 'a slow list holds up nothing else');
  } finally {
    client.close();
    t.equal(await ioc.stop(), 0, 'the IOC ends well', { output: ioc.output });
    await server.close();
    await dm.close();
  }
});
