import { STATUS_LABELS } from 'dm-ioc/internal/state/status-labels';
import { CaClient } from 'node-epics-ca';
import { join } from 'node:path';
import t from 'tap';
import { PATIENCE_MS } from '../patience.js';
import { IocProcess, temporaryDirectory } from './ioc-process.js';
import { patientClient } from './patient-client.js';

const ROUNDS = 10;
const ORDER = ['Idle', 'Pending', 'Running', 'Finalizing', 'Done'];

await t.test('each change in DM reaches monitors of both protocols, in order', async (t) => {
  const ioc = await IocProcess.start(join(temporaryDirectory(t), 'dm'));
  const ca = new CaClient({ environment: ioc.clientEnvironment, timeoutMs: PATIENCE_MS });
  const pva = patientClient(ioc.clientEnvironment);
  await ca.put('dm:WF1:Workflow', 'example-01', { complete: true });
  await ca.put('dm:WF1:FilePath', '/dev/null', { complete: true });
  const caUpdates = ca.monitor('dm:WF1:Status')[Symbol.asyncIterator]();
  const pvaUpdates = pva.monitor<{ readonly index: number }>('dm:WF1:Status')[Symbol.asyncIterator]();
  const overCa = async (): Promise<string> => {
    const { value } = await caUpdates.next();
    return value?.connected === true ? (value.label ?? '') : overCa();
  };
  const overPva = async (): Promise<string> => {
    const { value } = await pvaUpdates.next();
    return STATUS_LABELS[value?.value.index ?? -1] ?? '';
  };
  /** What is seen until the job has ended. */
  const life = async (next: () => Promise<string>): Promise<string[]> => {
    const seen = [await next()];
    while (seen.at(-1) !== 'Done') seen.push(await next());
    return seen;
  };
  t.same([await overCa(), await overPva()], ['Idle', 'Idle']);
  for (let round = 0; round < ROUNDS; round += 1) {
    const lives = Promise.all([life(overCa), life(overPva)]);
    await ca.put('dm:WF1:Run', 1, { complete: true });
    for (const seen of await lives) {
      t.same(
        seen,
        [...new Set(seen)].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)),
        'once each, in order',
      );
    }
  }
  await ca.close();
  pva.close();
  t.equal(await ioc.stop(), 0, 'the IOC ends well');
});

await t.test('a put in flight is answered when the IOC stops, and the exit code is 0', async (t) => {
  const ioc = await IocProcess.start(join(temporaryDirectory(t), 'dm'));
  const ca = new CaClient({ environment: ioc.clientEnvironment, timeoutMs: PATIENCE_MS });
  const pva = patientClient(ioc.clientEnvironment);
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
  const pva = patientClient(ioc.clientEnvironment);
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
