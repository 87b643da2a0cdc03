import t from 'tap';
import type { Job, ServiceHealth } from 'dm';
import { RestDataManagement } from 'dm/rest';
import { FakeDataManagement } from '../fake-data-management.js';
import { changeOf } from '../port/change-of.js';
import { type ServedDm, serveDm, type ServeSettings } from '../served-dm.js';

async function serve(settings: ServeSettings = {}): Promise<ServedDm & { dm: FakeDataManagement }> {
  const dm = new FakeDataManagement();
  dm.allExperiments.push({ id: 1, name: 'e' });
  dm.allWorkflows.push({ name: 'w', owner: dm.owner, stages: {} });
  const served = await serveDm(dm, settings);
  return Object.assign(served, { dm });
}

async function until(test: () => boolean): Promise<void> {
  while (!test()) await new Promise((resolve) => setTimeout(resolve, 5));
}

await t.test('a watched job is followed to its end, each state told once', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client, dm } = served;
  const told: Job[] = [];
  client.changes.on('job', (job) => told.push(job));
  await client.start();
  const { id } = await client.jobs.start(dm.owner, 'w', { run_uid: '1' });
  const watch = client.watchJob(dm.owner, id);
  t.teardown(() => {
    watch[Symbol.dispose]();
  });
  const [job] = dm.allJobs;
  t.ok(job);
  if (job === undefined) return;
  const running = changeOf(client, 'job', ({ status }) => status === 'running');
  Object.assign(job, { status: 'running', stage: '01-START', startTime: 1 });
  t.match(await running, { id, stage: '01-START', run_uid: '1', workflow: { name: 'w' } });
  const before = served.count('getProcessingJobById');
  await until(() => served.count('getProcessingJobById') >= before + 3);
  const done = changeOf(client, 'job', ({ status }) => status === 'done');
  Object.assign(job, { status: 'done', endTime: 2, runTime: 1 });
  await done;
  const after = served.count('getProcessingJobById');
  const lists = served.count('listProcessingJobs');
  await until(() => served.count('listProcessingJobs') >= lists + 2);
  t.ok(served.count('getProcessingJobById') <= after + 1, 'an ended job is asked for no more');
  t.same(
    told.map(({ status }) => status),
    ['pending', 'running', 'done'],
  );
});

await t.test('what nobody watches is told from the list', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client, dm } = served;
  await client.start();
  const appears = changeOf(client, 'job');
  const job = await dm.jobs.start(dm.owner, 'w', {});
  t.match(await appears, { id: job.id, status: 'pending' });
  const ends = changeOf(client, 'job');
  job.status = 'done';
  t.match(await ends, { status: 'done' });
  t.equal(served.count('getProcessingJobById'), 0);
});

await t.test('many watched jobs are asked for in turn, a few at once, and no list for them', async (t) => {
  const served = await serve({ client: { poll: { pollMs: 20, listMs: 60_000, idleListMs: 60_000 } } });
  t.teardown(served.close);
  const { client, dm } = served;
  await client.start();
  await until(() => served.count('listProcessingJobs') === 1);
  let asking = 0;
  let most = 0;
  const get = dm.jobs.get.bind(dm.jobs);
  dm.jobs.get = async (...args) => {
    asking += 1;
    most = Math.max(most, asking);
    await new Promise((resolve) => setImmediate(resolve));
    asking -= 1;
    return get(...args);
  };
  for (let count = 0; count < 40; count += 1) {
    const job = await client.jobs.start(dm.owner, 'w', { count });
    client.watchJob(dm.owner, job.id);
  }
  const turnsOf = (id: string): number =>
    served.calls.filter(({ route, path }) => route === 'getProcessingJobById' && path.endsWith(id)).length;
  served.calls.length = 0;
  await until(() => dm.allJobs.every(({ id }) => turnsOf(id) >= 3));
  const turns = dm.allJobs.map(({ id }) => turnsOf(id));
  t.ok(Math.max(...turns) <= Math.min(...turns) + 2, `each has as many turns as the others: ${turns.join(' ')}`);
  t.ok(most > 1 && most <= 4, `${most} at once`);
  t.equal(served.count('listProcessingJobs'), 0);
  const [job] = dm.allJobs;
  t.ok(job);
  const running = changeOf(client, 'job', ({ id, status }) => id === job?.id && status === 'running');
  if (job !== undefined) job.status = 'running';
  await running;
});

await t.test('two polls of one kind never overlap, however slow they are', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client, dm, server } = served;
  let listing = 0;
  let most = 0;
  const list = dm.jobs.list.bind(dm.jobs);
  dm.jobs.list = async (...args) => {
    listing += 1;
    most = Math.max(most, listing);
    await new Promise((resolve) => setTimeout(resolve, 50));
    listing -= 1;
    return list(...args);
  };
  server.faults.slowMs.listDaqs = 50;
  await client.start();
  for (let count = 0; count < 6; count += 1) {
    const job = await client.jobs.start(dm.owner, 'w', { count });
    client.watchJob(dm.owner, job.id);
    client.setPollPeriods({ pollMs: 1, listMs: 1 });
  }
  await until(() => served.count('listProcessingJobs') >= 5);
  t.equal(most, 1);
});

await t.test(
  'polling is slow while nothing is active, fast while something is watched, and periods can be changed',
  async (t) => {
    const served = await serve({ client: { poll: { pollMs: 20, listMs: 60_000, idleListMs: 60_000 } } });
    t.teardown(served.close);
    const { client, dm } = served;
    await client.start();
    await until(() => served.count('listDaqs') === 1 && served.count('listProcessingJobs') === 1);
    const job = await client.jobs.start(dm.owner, 'w', {});
    const watch = client.watchJob(dm.owner, job.id);
    await until(() => served.count('getProcessingJobById') >= 5);
    t.equal(served.count('listProcessingJobs'), 1);
    watch[Symbol.dispose]();
    client.setPollPeriods({ listMs: 10 });
    await until(() => served.count('listProcessingJobs') >= 3);
    t.ok(served.count('getProcessingJobById') <= 7, 'nobody watches any more');
  },
);

await t.test(
  'DM goes down in the middle of a job and comes back: told as it is, recovered, no command repeated',
  async (t) => {
    const served = await serve();
    t.teardown(served.close);
    const { client, dm } = served;
    await client.start();
    const { id } = await client.jobs.start(dm.owner, 'w', {});
    const watch = client.watchJob(dm.owner, id);
    t.teardown(() => {
      watch[Symbol.dispose]();
    });
    await until(() => client.health().every(({ connected }) => connected));
    const down = changeOf(client, 'service', ({ service, connected }) => service === 'PROC' && !connected);
    await served.stopServer();
    const health = await down;
    t.match(health, { lastError: /can't be reached|was lost|not available/u });
    t.type(health.lastContactMs, 'number');
    await t.rejects(client.jobs.start(dm.owner, 'w', { second: true }), { code: 'DM_COMMUNICATION' });
    const job = dm.allJobs[0];
    if (job !== undefined) job.status = 'done';
    const up = changeOf(client, 'service', ({ service, connected }) => service === 'PROC' && connected);
    const done = changeOf(client, 'job', ({ status }) => status === 'done');
    await served.startServer();
    await up;
    t.match(await done, { id });
    await until(() => client.health().every(({ connected }) => connected));
    t.equal(dm.allJobs.length, 1);
    t.equal(served.count('startProcessingJob'), 1);
  },
);

await t.test('while a service is down it is asked with growing pauses, and told once', async (t) => {
  const served = await serve({ client: { poll: { pollMs: 5, listMs: 5, idleListMs: 5, maxBackoffMs: 10_000 } } });
  t.teardown(served.close);
  const { client, server } = served;
  const told: ServiceHealth[] = [];
  client.changes.on('service', (health) => told.push(health));
  server.faults.httpStatus.listDaqs = 503;
  server.faults.httpStatus.listUploads = 503;
  await client.start();
  await until(() => served.count('listDaqs') === 1);
  const startedMs = performance.now();
  await until(() => served.count('listDaqs') === 3);
  t.ok(performance.now() - startedMs >= 1_400, 'the pauses are 0.5 s, then 1 s, though the period is 5 ms');
  t.equal(told.filter(({ service }) => service === 'DAQ').length, 1);
  t.equal(served.log.filter((line) => /daqs.*can't be polled/u.test(line)).length, 1);
});

await t.test('a start resolves while every service is down', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  await served.stopServer();
  await served.client.start();
  t.ok(served.client.health().every(({ connected }) => !connected));
  const list = changeOf(served.client, 'experiment');
  await served.startServer();
  t.match(await list, { name: 'e' });
});

await t.test('experiments and workflows that go are told, whether we removed them or somebody else did', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client, dm } = served;
  dm.allExperiments.push({ id: 2, name: 'second' });
  await client.start();
  await changeOf(client, 'experiment', ({ name }) => name === 'second');
  const gone = changeOf(client, 'experimentRemoved');
  await dm.experiments.remove('second');
  t.equal(await gone, 'second');
  const removed = changeOf(client, 'workflowRemoved');
  await client.workflows.remove(dm.owner, 'w');
  t.same(await removed, { owner: dm.owner, name: 'w' });
  const lists = served.count('listWorkflows');
  let again = 0;
  client.changes.on('workflowRemoved', () => (again += 1));
  await until(() => served.count('listWorkflows') >= lists + 3);
  t.equal(again, 0);
});

await t.test('waiting for a file goes on through refusals and outages, and ends with the file', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client, dm, server } = served;
  const file = changeOf(client, 'file');
  const waiting = client.catalog.waitForFile('e', 'a/b.h5');
  await until(() => served.count('getExperimentFile') >= 2);
  server.faults.httpStatus.getExperimentFile = 503;
  await until(() => client.health().some(({ service, connected }) => service === 'CAT' && !connected));
  server.faults.httpStatus = {};
  server.faults.nullMd5Sum = true;
  dm.allFiles.push({ fileName: 'b.h5', experimentFilePath: 'a/b.h5', experimentName: 'e', fileSize: 3, md5Sum: 'x' });
  t.match(await waiting, { fileSize: 3, md5Sum: null });
  t.match(await file, { experimentFilePath: 'a/b.h5' });
  const reason = new Error('enough');
  const controller = new AbortController();
  const never = client.catalog.waitForFile('e', 'none', { signal: controller.signal });
  setTimeout(() => {
    controller.abort(reason);
  }, 30);
  await t.rejects(never, reason);
});

await t.test(
  'sync resolves when the counters of a DAQ rest, and rejects when it ends before or a file fails',
  async (t) => {
    const served = await serve();
    t.teardown(served.close);
    const { client, dm, server } = served;
    server.faults.percentageAsText = true;
    const daq = await client.daqs.start('e', '/d');
    const [real] = dm.allDaqs;
    if (real === undefined) throw new Error('no DAQ');
    Object.assign(real, { countFiles: 3, nProcessedFiles: 1, percentageComplete: 33.33 });
    let synced = false;
    const sync = client.daqs.sync(daq.id).then((info) => {
      synced = true;
      return info;
    });
    await until(() => served.count('getDaqInfo') >= 3);
    t.notOk(synced);
    Object.assign(real, { nProcessedFiles: 3, percentageComplete: 100 });
    t.match(await sync, { nProcessedFiles: 3, percentageComplete: 100 });
    Object.assign(real, { countFiles: 5 });
    const failing = client.daqs.sync(daq.id);
    failing.catch(() => undefined);
    const asked = served.count('getDaqInfo');
    await until(() => served.count('getDaqInfo') >= asked + 2);
    Object.assign(real, { nProcessingErrors: 1 });
    await t.rejects(failing, { code: 'DM_COMMAND_FAILED' });
    Object.assign(real, { status: 'failed' });
    await t.rejects(client.daqs.sync(daq.id), { code: 'DM_INVALID_OBJECT_STATE' });
  },
);

await t.test('the same directory is never watched twice, also by starts at the same time', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client, dm } = served;
  const daqs = await Promise.all([1, 2, 3].map(() => client.daqs.start('e', '/d')));
  t.equal(new Set(daqs.map(({ id }) => id)).size, 1);
  t.equal(served.count('startDaq'), 1);
  await client.daqs.start('e', '/other');
  t.equal(dm.allDaqs.length, 2);
});

await t.test('a stop whose answer is not the object reads the object', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client, dm } = served;
  dm.jobs.stop = async (_owner, id) => {
    const job = dm.allJobs.find((entry) => entry.id === id);
    if (job !== undefined) job.status = 'aborting';
    return Promise.resolve({} as Job);
  };
  const { id } = await client.jobs.start(dm.owner, 'w', {});
  t.match(await client.jobs.stop(dm.owner, id), { id, status: 'aborting' });
});

await t.test('jobs are paged through, newest first; files too', async (t) => {
  const served = await serve({ client: { paging: { jobs: 10, files: 7 } } });
  t.teardown(served.close);
  const { client, dm } = served;
  for (let n = 0; n < 25; n += 1) {
    dm.allJobs.push({ id: String(n), owner: 'me', status: 'done', submissionTime: n });
    dm.allFiles.push({ fileName: String(n), experimentFilePath: String(n), experimentName: 'e', fileSize: n });
  }
  const jobs = await client.jobs.list('me');
  t.same([jobs.length, jobs[0]?.id, jobs[24]?.id], [25, '24', '0']);
  t.equal(served.count('listProcessingJobs'), 3);
  t.same(
    (await client.jobs.list('me', { skip: 2, limit: 2 })).map(({ id }) => id),
    ['22', '21'],
  );
  t.equal((await client.catalog.listFiles('e')).length, 25);
  t.equal(served.count('getExperimentFiles'), 4);
  t.same(
    (await client.catalog.listFiles('e', { skip: 3, limit: 2 })).map(({ fileName }) => fileName),
    ['3', '4'],
  );
});

await t.test(
  'several DAQ services: the one that sees the directory is asked, an id is found where it is',
  async (t) => {
    const first = await serve();
    const second = await serve();
    t.teardown(first.close);
    t.teardown(second.close);
    const client = new RestDataManagement({
      ...first.options,
      tls: { verify: false },
      daq: [
        { url: first.options.daq as string, directories: ['/data/'] },
        { url: second.options.daq as string, directories: ['/data/ge2', '/net/ge'] },
      ],
    });
    t.teardown(() => client.close());
    const here = await client.daqs.start('e', '/data/ge22');
    const there = await client.daqs.start('e', '/data/ge2/run');
    const other = await client.uploads.start('e', '/elsewhere');
    t.same([first.dm.allDaqs.length, first.dm.allUploads.length, second.dm.allDaqs.length], [1, 1, 1]);
    t.same((await client.daqs.list()).map(({ id }) => id).sort(), [here.id, there.id].sort());
    const fresh = new RestDataManagement({ ...first.options, tls: { verify: false }, daq: daqUrls(first, second) });
    t.teardown(() => fresh.close());
    t.match(await fresh.daqs.get(there.id), { dataDirectory: '/data/ge2/run' });
    t.match(await fresh.uploads.stop(other.id), { status: 'aborted' });
    await t.rejects(fresh.daqs.get('nowhere'), { code: 'DM_OBJECT_NOT_FOUND' });
    const watch = fresh.watchDaq(there.id);
    t.teardown(() => {
      watch[Symbol.dispose]();
    });
    await fresh.start();
    const ended = changeOf(fresh, 'daq', ({ id, status }) => id === there.id && status === 'done');
    await client.daqs.stop('e', '/data/ge2/run');
    await ended;
    await second.stopServer();
    await t.rejects(client.daqs.list(), { code: 'DM_COMMUNICATION' });
    await until(() => fresh.health().some(({ service, connected }) => service === 'DAQ' && !connected));
    t.pass('a service of several URLs is connected when all are');
  },
);

await t.test('a DAQ is found, watched and stopped on whichever service it is, while another one is down', async (t) => {
  const first = await serve();
  const second = await serve();
  t.teardown(first.close);
  t.teardown(second.close);
  const there = await second.dm.daqs.start('e', '/data/there');
  const client = new RestDataManagement({ ...first.options, tls: { verify: false }, daq: daqUrls(first, second) });
  t.teardown(() => client.close());
  t.match(await client.daqs.stop('e', '/data/there'), { id: there.id, status: 'done' });
  await t.rejects(client.daqs.stop('e', '/data/nowhere'), { code: 'DM_OBJECT_NOT_FOUND' });
  first.server.faults.down = true;
  const fresh = new RestDataManagement({ ...first.options, tls: { verify: false }, daq: daqUrls(first, second) });
  t.teardown(() => fresh.close());
  t.match(await fresh.daqs.get(there.id), { id: there.id });
  await t.rejects(fresh.daqs.get('nowhere'), { code: 'DM_COMMUNICATION' }, 'it may be on the one that is down');
});

await t.test(
  'after a command whose reply was lost the lists are asked for at once, and show what became of it',
  async (t) => {
    const slow = { pollMs: 60_000, listMs: 600_000, idleListMs: 600_000 };
    const served = await serve({ client: { poll: slow, timeouts: { writeMs: 2_000 } } });
    t.teardown(served.close);
    const { client, dm, server } = served;
    await client.start();
    await until(() => client.health().every(({ connected }) => connected));
    await until(() => served.count('listProcessingJobs') === 1);
    server.faults.loseReply = { startProcessingJob: true };
    let appears = changeOf(client, 'job');
    await t.rejects(client.jobs.start(dm.owner, 'w', { n: 1 }), {
      code: 'DM_OUTCOME_UNKNOWN',
      message: /^Outcome unknown, not sent again.*list of jobs.*check before repeating/u,
    });
    t.match(await appears, { n: 1 });
    await until(() => client.health().every(({ connected }) => connected));
    server.faults.loseReply = {};
    server.faults.slowMs = { startProcessingJob: 4_000 };
    appears = changeOf(client, 'job', ({ n }) => n === 2);
    await t.rejects(client.jobs.start(dm.owner, 'w', { n: 2 }), { code: 'DM_OUTCOME_UNKNOWN' });
    t.equal(dm.allJobs.length, 1, 'DM has not done it yet');
    await until(() => dm.allJobs.length === 2);
    client.setPollPeriods({ listMs: 20 });
    await appears;
    t.equal(dm.allJobs.length, 2);
  },
);

await t.test('a list that is too slow is its own failure while the service answers other calls', async (t) => {
  const served = await serve({ client: { timeouts: { listMs: 500 } } });
  t.teardown(served.close);
  const { client, dm, server } = served;
  const told: ServiceHealth[] = [];
  await client.start();
  const { id } = await client.jobs.start(dm.owner, 'w', {});
  t.teardown(() => {
    watch[Symbol.dispose]();
  });
  const watch = client.watchJob(dm.owner, id);
  await until(() => client.health().every(({ connected }) => connected));
  client.changes.on('service', (health) => told.push(health));
  server.faults.slowMs = { listProcessingJobs: 1_000 };
  await until(() => told.some(({ lastError }) => /no reply within 0.5 s/u.test(lastError ?? '')));
  t.ok(told.every(({ service, connected }) => connected || service !== 'PROC'));
  Object.assign(server.faults.slowMs, { getProcessingJobById: 60_000, listWorkflows: 60_000 });
  await until(() => told.some(({ service, connected }) => service === 'PROC' && !connected));
  t.pass('when nothing answers any more, it is an outage');
});

function daqUrls(first: ServedDm, second: ServedDm): string[] {
  return [first.options.daq as string, second.options.daq as string];
}

await t.test('closing ends every poll and every call at once', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client, server } = served;
  server.faults.slowMs = { listDaqs: 10_000, getExperimentByName: 10_000 };
  await client.start();
  const call = client.experiments.getByName('e');
  call.catch(() => undefined);
  await until(() => served.count('listProcessingJobs') > 0);
  await client.close();
  await t.rejects(call, { code: 'DM_COMMUNICATION', message: /closed/u });
});
