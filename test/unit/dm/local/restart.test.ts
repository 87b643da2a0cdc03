import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, rmdir, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import t from 'tap';
import { changeOf } from '../port/change-of.js';
import { waitForDaq, waitForJob, waitForUpload } from '../port/wait-for.js';
import { temporaryDirectory } from '../port/temporary-directory.js';
import { writeFiles } from '../port/write-files.js';
import { temporaryEngine } from './temporary-engine.js';

void t.test('a DAQ goes on after a restart, with exactly the files it missed', async (t) => {
  const root = join(await temporaryDirectory(t), 'dm-data');
  const first = await temporaryEngine(t, { root });
  const source = await first.sourceDirectory();
  await writeFiles(source, { old: 'x', changed: 'x' });
  await first.engine.experiments.add({ name: 'demo' });
  const { id } = await first.engine.daqs.start('demo', source);
  await writeFiles(source, { stored: '1' });
  await first.engine.daqs.sync(id);
  await first.engine.close();
  await writeFiles(source, { missed: '2', changed: 'xy' });
  await utimes(join(source, 'missed'), 1000, 1000);
  const { engine } = await temporaryEngine(t, { root });
  t.match(await engine.daqs.get(id), { status: 'running' });
  const stored: string[] = [];
  engine.changes.on('file', ({ experimentFilePath }) => stored.push(experimentFilePath));
  await engine.daqs.sync(id);
  t.same(stored.sort(), ['changed', 'missed']);
  await engine.daqs.stop('demo', source);
  t.match(await waitForDaq(engine, id), { status: 'done', countFiles: 3, nCompletedFiles: 3 });
});

void t.test(
  'jobs, uploads, experiments, workflows and datasets are there after a restart; a pending job then runs',
  async (t) => {
    const root = join(await temporaryDirectory(t), 'dm-data');
    const { engine: first, sourceDirectory } = await temporaryEngine(t, { root, maxJobs: 1 });
    const source = await sourceDirectory();
    await writeFiles(source, { a: 'x' });
    const experiment = await first.experiments.add({ name: 'demo' });
    await first.catalog.addDataset({ experimentName: 'demo', datasetName: 'd', n: 1 });
    const workflow = await first.workflows.add({
      name: 'mine',
      owner: first.owner,
      stages: { '1': { command: 'echo $x' } },
    });
    const upload = await waitForUpload(first, (await first.uploads.start('demo', source)).id);
    const done = await waitForJob(first, (await first.jobs.start(first.owner, 'mine', { filePath: '/x', x: 1 })).id);
    await first.workflows.add({
      name: 'waits',
      owner: first.owner,
      stages: { '1': { command: 'while [ ! -e "$go" ]; do sleep 0.05; done' } },
    });
    const go = join(source, 'go');
    const running = await first.jobs.start(first.owner, 'waits', { filePath: '/x', go });
    await waitForJob(first, running.id, ({ stage }) => stage === '1');
    const pending = await first.jobs.start(first.owner, 'mine', { filePath: '/x' });
    await first.close();
    const { engine } = await temporaryEngine(t, { root });
    t.same(await engine.experiments.getByName('demo'), experiment);
    t.match(await engine.catalog.getDataset('demo', 'd'), { n: 1 });
    t.same(await engine.workflows.get(engine.owner, 'mine'), workflow);
    t.same(await engine.uploads.get(upload.id), upload);
    t.same(await engine.jobs.get(engine.owner, done.id), done);
    t.match(await engine.jobs.get(engine.owner, running.id), { status: 'running', stage: '1' });
    await writeFiles(source, { go: '' });
    t.match(await waitForJob(engine, running.id), { status: 'done' });
    t.equal((await waitForJob(engine, pending.id)).status, 'done');
    t.same(
      (await engine.jobs.list(engine.owner)).map(({ id }) => id),
      [pending.id, running.id, done.id],
    );
  },
);

void t.test('ended jobs, DAQs and uploads are forgotten after their time; the catalogue stays', async (t) => {
  const root = join(await temporaryDirectory(t), 'dm-data');
  const { engine: first, sourceDirectory } = await temporaryEngine(t, { root });
  const source = await sourceDirectory();
  await writeFiles(source, { a: 'x' });
  await first.experiments.add({ name: 'demo' });
  const old = await waitForUpload(first, (await first.uploads.start('demo', source)).id);
  const oldJob = await waitForJob(first, (await first.jobs.start(first.owner, 'fails', { filePath: '/x' })).id);
  await first.close();
  const raw = new DatabaseSync(join(root, 'dm.sqlite'));
  raw.exec(
    'UPDATE jobs SET end_time = end_time - 864000; UPDATE uploads SET end_time = end_time - 864000; PRAGMA journal_mode = DELETE',
  );
  raw.close();
  const { engine: remembering } = await temporaryEngine(t, { root, historyMaxAgeDays: 0 });
  t.equal((await remembering.uploads.get(old.id)).id, old.id, 'with 0 nothing is forgotten');
  await remembering.close();
  const { engine } = await temporaryEngine(t, { root, historyMaxAgeDays: 9 });
  // It is done little by little, uploads last.
  while ((await engine.uploads.list()).length > 0);
  await t.rejects(engine.jobs.get(engine.owner, oldJob.id), { code: 'DM_OBJECT_NOT_FOUND' });
  await t.rejects(engine.uploads.get(old.id), { code: 'DM_OBJECT_NOT_FOUND' });
  t.equal((await engine.catalog.listFiles('demo')).length, 1);
});

void t.test('a second engine on the same root is refused, and a closed one says so', async (t) => {
  const { engine, root } = await temporaryEngine(t);
  await t.rejects(temporaryEngine(t, { root }), { code: 'DM_CONFIGURATION', message: /in use by another engine/u });
  t.same(
    engine.health().map(({ service, connected }) => [service, connected]),
    [
      ['DS', true],
      ['DAQ', true],
      ['CAT', true],
      ['PROC', true],
    ],
  );
  await engine.close();
  t.match(engine.health()[0], { connected: false, lastError: /closed/u });
  await engine.close();
});

void t.test('an upload that the closing of the engine interrupts goes on at the next start', async (t) => {
  const root = join(await temporaryDirectory(t), 'dm-data');
  const { engine: first, sourceDirectory } = await temporaryEngine(t, { root });
  const source = await sourceDirectory();
  await writeFiles(source, { small: 'x' });
  execFileSync('truncate', ['-s', '300M', join(source, 'large')]);
  await first.experiments.add({ name: 'demo' });
  const { id } = await first.uploads.start('demo', source);
  await waitForUpload(first, id, ({ countFiles }) => countFiles === 2);
  await first.catalog.waitForFile('demo', 'small');
  await first.close();
  const { engine } = await temporaryEngine(t, { root });
  const whole = { status: 'done', countFiles: 2, nCompletedFiles: 2, nProcessingErrors: 0, percentageComplete: 100 };
  t.match(await waitForUpload(engine, id), whole, 'what was stored before counts');
  t.equal((await engine.catalog.listFiles('demo')).length, 2);
});

void t.test(
  'a version of the same size and time that came while no engine ran is taken at the next start',
  async (t) => {
    const root = join(await temporaryDirectory(t), 'dm-data');
    const { engine: first, sourceDirectory } = await temporaryEngine(t, { root });
    const source = await sourceDirectory();
    const write = async (content: string): Promise<void> => {
      await writeFiles(source, { inPlace: content, '.replaced': content });
      for (const name of ['inPlace', '.replaced']) await utimes(join(source, name), 1000, 1000);
      await rename(join(source, '.replaced'), join(source, 'replaced'));
    };
    const { dataDirectory = '' } = await first.experiments.add({ name: 'demo' });
    const { id } = await first.daqs.start('demo', source);
    await write('old');
    await first.daqs.sync(id);
    await first.close();
    await write('new');
    const { engine } = await temporaryEngine(t, { root });
    t.match(await engine.daqs.sync(id), { countFiles: 2, nCompletedFiles: 2, nWaitingFiles: 0 });
    for (const name of ['inPlace', 'replaced']) t.equal(await readFile(join(dataDirectory, name), 'utf8'), 'new', name);
  },
);

void t.test('what was wrong before a restart, and is so no longer, is told no more', async (t) => {
  const root = join(await temporaryDirectory(t), 'dm-data');
  const { engine: first, sourceDirectory } = await temporaryEngine(t, { root });
  const source = await sourceDirectory();
  const { dataDirectory = '' } = await first.experiments.add({ name: 'demo' });
  const { id } = await first.daqs.start('demo', source);
  await mkdir(join(dataDirectory, 'a'));
  await writeFiles(source, { a: 'x' });
  await t.rejects(first.daqs.sync(id), { message: /a directory of that name is in the way/u });
  await first.close();
  await rmdir(join(dataDirectory, 'a'));
  const { engine } = await temporaryEngine(t, { root });
  t.match(await engine.daqs.sync(id), { nCompletedFiles: 1, nProcessingErrors: 0 });
  const { errorMessage, processingErrors, waitingFor } = await engine.daqs.get(id);
  t.same([errorMessage, processingErrors, waitingFor], [undefined, undefined, undefined]);
});

void t.test('a job that fails after a restart is counted where it began', async (t) => {
  const root = join(await temporaryDirectory(t), 'dm-data');
  const { engine: first, sourceDirectory } = await temporaryEngine(t, { root });
  const source = await sourceDirectory();
  const gate = join(await sourceDirectory(), 'gate');
  const stages = { '1': { command: 'until [ -e "$gate" ]; do sleep 0.05; done; exit 3' } };
  await first.workflows.add({ name: 'late', owner: first.owner, stages });
  await first.experiments.add({ name: 'demo' });
  const { id } = await first.daqs.start('demo', source, { workflowName: 'late', workflowArgs: { gate } });
  await writeFiles(source, { a: 'x' });
  await first.daqs.sync(id);
  await first.close();
  const { engine } = await temporaryEngine(t, { root });
  await writeFiles(dirname(gate), { gate: '' });
  const counted = await waitForDaq(engine, id, ({ nJobsFailed }) => nJobsFailed === 1);
  t.match(counted, { status: 'running', nCompletedFiles: 1, jobError: 'a: 1 failed (exit 3)' });
});

void t.test('who waits for a file of an experiment that is removed is told so', async (t) => {
  const { engine } = await temporaryEngine(t);
  await engine.experiments.add({ name: 'demo' });
  await engine.experiments.add({ name: 'other' });
  const waiting = engine.catalog.waitForFile('demo', 'a');
  const other = engine.catalog.waitForFile('other', 'a');
  await engine.experiments.remove('demo');
  await t.rejects(waiting, { code: 'DM_OBJECT_NOT_FOUND', message: /demo was removed/u });
  const closed = t.rejects(other, { code: 'DM_COMMAND_FAILED' });
  await engine.close();
  await closed;
});

void t.test('a call that was aborted before it began changes nothing', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  const signal = AbortSignal.abort(new Error('given up'));
  const givenUp = { message: 'given up' };
  await t.rejects(engine.experiments.add({ name: 'other' }, { signal }), givenUp);
  await t.rejects(engine.jobs.start(engine.owner, 'fails', { filePath: '/x' }, { signal }), givenUp);
  await t.rejects(engine.daqs.start('demo', source, {}, { signal }), givenUp);
  await t.rejects(engine.uploads.start('demo', source, {}, { signal }), givenUp);
  t.same([await engine.jobs.list(engine.owner), await engine.daqs.list(), await engine.uploads.list()], [[], [], []]);
  t.equal((await engine.experiments.list()).length, 1);
});

void t.test('an engine whose database is deleted says so, refuses what it could not keep, and reads on', async (t) => {
  const { engine, root } = await temporaryEngine(t);
  await engine.experiments.add({ name: 'demo' });
  const told = changeOf(engine, 'service');
  await rm(join(root, 'dm.sqlite'));
  const refusal = { code: 'DM_DB', message: /dm\.sqlite is gone .*stop dm-ioc/u };
  await t.rejects(engine.experiments.add({ name: 'other' }), refusal);
  await t.rejects(engine.jobs.start(engine.owner, 'fails', { filePath: '/x' }), refusal);
  t.match(await told, { connected: false, lastError: /is gone/u });
  t.same(
    engine.health().map(({ connected }) => connected),
    [false, false, false, false],
  );
  t.equal((await engine.experiments.getByName('demo')).name, 'demo');
  t.same(await engine.jobs.list(engine.owner), []);
});
