import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startServedIoc } from './served-ioc.js';

await t.test('DM going down and coming back shows in the PVs, and nothing is sent twice or lost', async (t) => {
  const served = await startServedIoc(t);
  const { directory, dm, server, client, calls, put, until } = served;
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

    server.faults.slowMs = { listProcessingJobs: 600_000, getExperimentsByStation: 600_000 };
    await until('dm:Heartbeat', () => true);
    await put('dm:WF1:Run', 1);
    t.pass('a slow list holds up nothing else');
  } finally {
    await served.stop();
  }
});

await t.test('a command whose reply was lost says so, is not sent again, and what became of it is shown', async (t) => {
  const served = await startServedIoc(t);
  const { directory, dm, server, client, put, until } = served;
  try {
    await put('dm:Experiment', 'demo');
    await put('dm:WF1:Workflow', 'example-01');
    await put('dm:WF1:FilePath', '/dev/null');
    server.faults.loseReply = { startProcessingJob: true, startDaq: true };
    await t.rejects(put('dm:WF1:Run', 1), 'the put fails');
    t.match((await client.get('dm:WF1:Run')).alarm, { severity: 'INVALID', message: /Outcome unknown/u });
    t.match((await client.get('dm:Message')).value, /list of jobs.*check before repeating/u);
    await until('dm:Job:NDone', (value) => value === 1);
    t.equal((await dm.jobs.list('user2bm')).length, 1, 'the job is there, once');

    const watched = join(directory, 'watched');
    mkdirSync(watched);
    await put('dm:DAQ1:DataDirectory', watched);
    await t.rejects(put('dm:DAQ1:Start', 1), 'so does this one');
    t.match((await client.get('dm:Message')).value, /Repeating is safe/u);
    server.faults.loseReply = {};
    await put('dm:DAQ1:Start', 1);
    const daqs = await dm.daqs.list();
    t.equal(daqs.length, 1, 'the DAQ that was started is taken over');
    t.match(await client.get('dm:DAQ1:Id'), { value: daqs[0]?.id, alarm: { severity: 'NONE' } });
    await put('dm:WF1:Run', 1);
    t.match((await client.get('dm:WF1:Run')).alarm, { severity: 'NONE' }, 'a success clears the alarm');
    t.equal((await dm.jobs.list('user2bm')).length, 2);
  } finally {
    await served.stop();
  }
});

await t.test('a session that expires, and calls that are too slow, in the middle of a job', async (t) => {
  const served = await startServedIoc(t, ['dm.rest.timeouts={readMs: 4000, listMs: 4000}']);
  const { dm, server, client, calls, put, until } = served;
  try {
    await put('dm:Experiment', 'demo');
    await put('dm:WF1:Workflow', 'sleep');
    await put('dm:WF1:Args', '{"seconds": "20", "filePath": "/dev/null"}');
    const run = put('dm:WF1:Run', 1);
    await until('dm:WF1:Status', (value, severity) => value === 2 && severity === 'NONE');
    const logins = calls.filter((route) => route === 'login').length;
    const asked = calls.length;
    server.expireSessions();
    await until(
      'dm:Heartbeat',
      () => calls.slice(asked).filter((route) => route === 'getProcessingJobById').length > 5,
    );
    t.match((await client.get('dm:WF1:Status')).alarm, { severity: 'NONE' }, 'nobody notices that the session ended');
    t.ok(calls.filter((route) => route === 'login').length > logins);

    server.faults.slowMs = { listProcessingJobs: 20_000, getProcessingJobById: 20_000, listWorkflows: 20_000 };
    await until(
      'dm:WF1:Status',
      (value, severity, message) => value === 2 && severity === 'INVALID' && message.startsWith('no PROC'),
    );
    await until('dm:Service:PROC:LastError', (value) => String(value).includes('no reply within 4 s'));
    t.pass('what is too slow is INVALID with the reason');
    const beats = Number((await client.get('dm:Heartbeat')).value);
    await until('dm:Heartbeat', (value) => Number(value) > beats);
    t.pass('the IOC goes on');
    server.faults.slowMs = {};
    await until('dm:WF1:Status', (_value, severity) => severity === 'NONE');
    await run;
    await until('dm:WF1:Status', (value, severity) => value === 4 && severity === 'NONE');
    t.equal((await dm.jobs.list('user2bm')).length, 1, 'nothing was sent twice, nothing is lost');
  } finally {
    await served.stop();
  }
});
