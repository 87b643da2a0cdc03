import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { DmLogger, Job, UploadInfo } from 'dm';
import { RestDataManagement } from 'dm/rest';
import { BigService, type BigServiceSettings } from '../big-service.js';
import { changeOf } from '../port/change-of.js';

/** The period of lists while nothing is active: in this time, a page of ended objects may be asked for. */
const MINUTE_MS = 300;
const PAGE = 1_000;

interface Subject {
  readonly service: BigService;
  readonly client: RestDataManagement;
  readonly told: Map<string, Job | UploadInfo>;
  readonly log: string[];
  readonly minutes: (count: number) => Promise<void>;
}

async function until(test: () => boolean): Promise<void> {
  while (!test()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function follow(t: Test, settings: Partial<BigServiceSettings>): Promise<Subject> {
  const service = new BigService(settings);
  const url = await service.listen();
  const loginFile = join(t.testdir({}), 'login');
  await writeFile(loginFile, 'user2bm|secret\n');
  const log: string[] = [];
  const write = (fields: object, message: string): void => void log.push(`${message} ${JSON.stringify(fields)}`);
  const logger: DmLogger = { debug: write, info: write, warn: write, error: write };
  const poll = { pollMs: 20, listMs: MINUTE_MS / 6, idleListMs: MINUTE_MS };
  const client = new RestDataManagement(
    { ds: url, daq: url, cat: url, proc: url, station: '25IDC', loginFile, poll },
    logger,
  );
  t.teardown(async () => {
    await client.close();
    await service.close();
  });
  const told = new Map<string, Job | UploadInfo>();
  client.changes.on('job', (job) => told.set(job.id, job));
  client.changes.on('upload', (upload) => told.set(upload.id, upload));
  /** The list of workflows is asked for once a minute. */
  const minutes = async (count: number): Promise<void> => {
    const lists = service.count('workflows').requests;
    await until(() => service.count('workflows').requests >= lists + count);
  };
  await client.start();
  return { service, client, told, log, minutes };
}

for (const order of ['oldestFirst', 'newestFirst'] as const) {
  await t.test(
    `of 50,000 jobs, ${order}, a page and the active ones are read, and less than a page a minute`,
    async (t) => {
      const { service, client, told, minutes } = await follow(t, { order });
      const newest = service.jobs.slice(order === 'oldestFirst' ? -PAGE : 0).slice(0, PAGE);
      await until(() => newest.every(({ id }) => told.has(id)) && service.activeIds.every((id) => told.has(id)));
      t.equal((await client.jobs.list('user2bm', { limit: PAGE })).length, PAGE);
      t.ok(service.count('jobs').entries < 6 * PAGE, `${service.count('jobs').entries} jobs were sent`);
      t.ok(told.size < 2 * PAGE, `${told.size} were told`);

      const { entries, requests } = service.count('jobs');
      await minutes(3);
      const sent = service.count('jobs').entries - entries;
      t.ok(sent <= 3 * PAGE, `${sent} jobs in 3 minutes`);
      t.ok(service.count('jobs').requests - requests <= 4);
      t.ok(service.count('activeJobs').entries <= service.count('activeJobs').requests * 10);

      const [oldest = ''] = order === 'oldestFirst' ? service.activeIds : service.activeIds.reverse();
      const ends = changeOf(client, 'job', ({ id, status }) => id === oldest && status === 'done');
      service.endJob(oldest);
      await ends;
      t.pass('an old job that ends is noticed');
      const begins = changeOf(client, 'job', ({ status }) => status === 'pending');
      const id = service.addJob('pending');
      t.match(await begins, { id });
      service.endJob(id);
      await until(() => told.get(id)?.status === 'done');
      const many = Array.from({ length: 300 }, () => service.addJob('done'));
      await until(() => many.every((one) => told.has(one)));
      t.pass('so are many that began and ended between two looks');
    },
  );
}

await t.test('a service that obeys no query is noticed, and its active jobs are asked for one by one', async (t) => {
  const { service, client, told, log, minutes } = await follow(t, { obeysQueries: false });
  const [active = ''] = service.activeIds.slice(-1);
  await until(() => told.has(active) && service.count('job').requests >= 3);
  t.match(log.join('\n'), /obeys no query for jobs.*asked for those pending, it answered with one done/u);
  const { entries } = service.count('jobs');
  await minutes(3);
  t.equal(service.count('activeJobs').requests, 1, 'it is not asked again');
  const sent = service.count('jobs').entries - entries;
  t.ok(sent <= 3 * PAGE, `${sent} jobs in 3 minutes`);
  const ends = changeOf(client, 'job', ({ id, status }) => id === active && status === 'done');
  service.endJob(active);
  await ends;
  const begins = changeOf(client, 'job', ({ status }) => status === 'running');
  t.match({ id: service.addJob() }, await begins.then(({ id }) => ({ id })));
});

await t.test('a query that is answered with nothing is not believed when a job is active', async (t) => {
  const { service, told, log } = await follow(t, { nActive: 0 });
  await until(() => told.size >= PAGE);
  const id = service.addJob();
  await until(() => told.has(id));
  service.settings.answersQueries = false;
  await until(() => log.some((line) => /obeys no query.*it left one out/u.test(line)));
  service.endJob(id);
  await until(() => told.get(id)?.status === 'done');
  t.pass('it is followed by its id');
});

for (const settings of [{ cutsPages: false, obeysQueries: false }, { skips: false }, { order: 'none' as const }]) {
  await t.test(`a service whose list must be read whole (${JSON.stringify(settings)}) is listed rarely`, async (t) => {
    const { service, told, minutes } = await follow(t, settings);
    const { nJobs } = service.settings;
    await until(() => told.size >= PAGE);
    await until(() => service.activeIds.some((id) => told.has(id)));
    await minutes(1);
    const before = service.count('jobs').entries;
    await minutes(3);
    const sent = service.count('jobs').entries - before;
    t.ok(sent <= 3 * PAGE, `${sent} jobs in 3 minutes`);
    t.ok(before <= 2 * nJobs, `${before} jobs before`);
    if (settings.order === 'none') t.ok(told.has('job-00049999-418e-ba36-76e962770987'), 'the newest are found');
    const [id = ''] = service.activeIds.filter((one) => told.has(one));
    service.endJob(id);
    await until(() => told.get(id)?.status === 'done');
    t.pass('what is active is followed meanwhile');
  });
}

await t.test(
  'of 50,000 uploads, which come whole, the newest are told, and the active ones are asked for',
  async (t) => {
    const { service, client, told, minutes } = await follow(t, { nJobs: 0, nUploads: 50_000 });
    const [active = ''] = service.activeIds;
    await until(() => told.has(active) && told.size >= PAGE);
    t.ok(told.size <= PAGE + 1);
    t.match(told.get('upload-49998'), { percentageComplete: 100, status: 'done' });
    const { entries } = service.count('uploads');
    await minutes(3);
    t.equal(service.count('uploads').entries, entries);
    t.ok(service.count('activeUploads').requests > 2);
    t.equal((await client.uploads.list()).length, PAGE + 1);
    const daq = await client.daqs.list();
    t.same(daq, []);
  },
);

await t.test('a long reply that is odd, or one object, is read as a short one is', async (t) => {
  const { service, client } = await follow(t, { nJobs: 0 });
  service.settings.textOfJob = `{"id": "big", "owner": "me", "status": "done", "stdOut": "${'µ'.repeat(400_000)}"}`;
  t.match(await client.jobs.get('me', 'big'), { id: 'big', stdOut: /^µ+$/u });
  service.settings.textOfJob = `{"id": "big", "stdOut": "${'x'.repeat(400_000)}"}`;
  await t.rejects(client.jobs.get('me', 'big'), { code: 'DM_INTERNAL', message: /getProcessingJobById.*\bowner\b/u });
  service.settings.textOfJob = `<html>${'x'.repeat(400_000)}`;
  await t.rejects(client.jobs.get('me', 'big'), { code: 'DM_INTERNAL', message: /not JSON/u });
});
