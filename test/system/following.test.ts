import { PvaClient } from 'epics-pva-ts';
import { CaClient } from 'node-epics-ca';
import { join } from 'node:path';
import t from 'tap';
import { IocProcess, temporaryDirectory } from './ioc-process.js';

const ROUNDS = 20;
/** The target is 5 ms on an idle machine; tests share theirs. */
const MEDIAN_LIMIT_MS = 50;

await t.test('a change in DM reaches monitors at once, in order, over both protocols', async (t) => {
  const ioc = await IocProcess.start(join(temporaryDirectory(t), 'dm'));
  const ca = new CaClient({ environment: ioc.clientEnvironment });
  const pva = new PvaClient({ environment: ioc.clientEnvironment });
  await ca.put('dm:WF1:Workflow', 'example-01', { complete: true });
  await ca.put('dm:WF1:FilePath', '/dev/null', { complete: true });
  const seen: string[] = [];
  let runningMs: number;
  const follow = async (): Promise<void> => {
    for await (const update of ca.monitor('dm:WF1:Status')) {
      if (!update.connected) continue;
      seen.push(update.label ?? '');
      if (update.label === 'Running') runningMs = Date.now();
    }
  };
  const following = follow().catch(() => undefined);
  const delays: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    runningMs = NaN;
    await ca.put('dm:WF1:Run', 1, { complete: true });
    const id = String((await ca.get('dm:WF1:JobId')).value);
    const { json } = (await pva.rpc('dm:rpc:getJob', { id })).fields as { json: string };
    const { startTime } = JSON.parse(json) as { startTime: number };
    delays.push(runningMs - startTime * 1000);
  }
  delays.sort((a, b) => a - b);
  const median = delays[ROUNDS / 2] ?? Infinity;
  t.comment(
    `from DM's change to the monitor: median ${median.toFixed(1)} ms, worst ${delays.at(-1)?.toFixed(1) ?? ''} ms`,
  );
  t.ok(median <= MEDIAN_LIMIT_MS, 'the median is small', { delays });
  t.equal(seen.at(-1), 'Done', 'the last status arrives');
  t.equal(seen.filter((label) => label === 'Done').length, ROUNDS, 'and each end before it');
  await ca.close();
  await following;
  pva.close();
  t.equal(await ioc.stop(), 0, 'the IOC ends well');
});

await t.test('a put in flight is answered when the IOC stops, and the exit code is 0', async (t) => {
  const ioc = await IocProcess.start(join(temporaryDirectory(t), 'dm'));
  const ca = new CaClient({ environment: ioc.clientEnvironment });
  const pva = new PvaClient({ environment: ioc.clientEnvironment });
  await ca.put('dm:WF1:Workflow', 'sleep', { complete: true });
  await ca.put('dm:WF1:Args.VAL$', '{"seconds": "60", "filePath": "/dev/null"}', { complete: true });
  const overCa = t.rejects(ca.put('dm:WF1:Run', 1, { complete: true }), 'the CA put fails');
  for await (const update of ca.monitor('dm:WF1:Status')) if (update.connected && update.label === 'Running') break;
  const overPva = t.rejects(pva.put('dm:Job:WaitIdle', 1, { block: true }), 'the PVA put fails');
  for await (const update of ca.monitor('dm:Job:WaitIdle')) if (update.connected && update.value === 1) break;
  t.equal(await ioc.stop(), 0, 'the exit code');
  await Promise.all([overCa, overPva]);
  pva.close();
  await ca.close();
});

await t.test('a time limit ends the waiting with MINOR, never the job', async (t) => {
  const ioc = await IocProcess.start(join(temporaryDirectory(t), 'dm'));
  const pva = new PvaClient({ environment: ioc.clientEnvironment });
  await pva.put('dm:WF1:Workflow', 'sleep', { block: true });
  await pva.put('dm:WF1:Args', '{"seconds": "60", "filePath": "/dev/null"}', { block: true });
  await pva.put('dm:WF1:Timeout', 0.3, { block: true });
  await t.rejects(pva.put('dm:WF1:Run', 1, { block: true }), 'the put is told');
  t.match((await pva.get('dm:WF1:Run')).alarm, { severity: 'MINOR', message: /^timeout/u }, 'MINOR, timeout');
  t.match((await pva.get('dm:WF1:Status')).value, { index: 2 }, 'the job runs on');
  await t.rejects(pva.put('dm:WF1:Run', 1, { block: true }), 'a second job is not started in the slot');
  t.match((await pva.get('dm:WF1:Run')).alarm?.message, /^busy with job/u, 'busy');
  await pva.put('dm:WF1:Abort', 1, { block: true });
  t.match((await pva.get('dm:WF1:Status')).value, { index: 8 }, 'until it is aborted');
  pva.close();
  t.equal(await ioc.stop(), 0, 'the IOC ends well');
});
