import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataManagement, DmErrorCode, Job } from 'dm';
import type { Test } from 'tap';
import { waitForDaq, waitForJob, waitForUpload } from './wait-for.js';
import { writeFiles } from './write-files.js';

/** A `DataManagement` that is started, on an engine of this machine with the workflows of ioc/workflows and no experiments. */
export interface Subject {
  readonly dm: DataManagement;
  /** A fresh directory that the engine can read. */
  readonly sourceDirectory: () => Promise<string>;
}

/** Makes a subject for one test; what must be ended afterwards is registered with `t.after`. */
export type SubjectFactory = (t: Test) => Promise<Subject>;

const md5 = (content: string): string => createHash('md5').update(content).digest('hex');
const failsWith = (code: DmErrorCode): { code: DmErrorCode } => ({ code });

/** Register the tests that every adapter of the port must pass. */
export function dataManagementBehaviour(t: Test, factory: SubjectFactory): void {
  experimentBehaviour(t, factory);
  daqBehaviour(t, factory);
  uploadBehaviour(t, factory);
  catalogBehaviour(t, factory);
  workflowBehaviour(t, factory);
  jobBehaviour(t, factory);
}

function experimentBehaviour(t: Test, factory: SubjectFactory): void {
  void t.test('an experiment that was added is found by name, by id and in the list', async (t) => {
    const { dm } = await factory(t);
    const added = await dm.experiments.add({
      name: 'fong-2026-C1',
      description: 'a test',
      startDate: '26-Feb-26',
      users: ['d64944'],
    });
    t.match(added, {
      name: 'fong-2026-C1',
      description: 'a test',
      stationName: dm.station,
      experimentUsernameList: ['d64944'],
    });
    t.match(added.startDate, /^2026-02-26 00:00:00[-+]\d\d:\d\d$/u);
    t.match(added.dataDirectory, /\/fong-2026-C1\/data$/u);
    t.match(added.analysisDirectory, /\/fong-2026-C1\/analysis$/u);
    t.same(await dm.experiments.getByName('fong-2026-C1'), added);
    t.same(await dm.experiments.getById(added.id), added);
    await dm.experiments.add({ name: 'second', rootPath: '2026-07' });
    t.match(
      (await dm.experiments.getByName('second')).storageDirectory,
      /\/2026-07\/second$/u,
      'the rootPath is honoured',
    );
    t.same(
      (await dm.experiments.list()).map(({ name }) => name),
      ['second', 'fong-2026-C1'],
      'the newest comes first',
    );
  });

  void t.test('an experiment is refused when its name, dates or rootPath are wrong or its name is taken', async (t) => {
    const { dm } = await factory(t);
    await dm.experiments.add({ name: 'taken' });
    await t.rejects(dm.experiments.add({ name: 'taken' }), failsWith('DM_OBJECT_ALREADY_EXISTS'));
    for (const name of ['', 'a b', 'a/b', '..', 'a$b', "a'b", 'a\nb', 'a\0b', 'a\u007fb']) {
      await t.rejects(dm.experiments.add({ name }), failsWith('DM_INVALID_ARGUMENT'), `name "${name}"`);
    }
    await t.rejects(dm.experiments.add({ name: 'a', rootPath: '../x' }), failsWith('DM_INVALID_ARGUMENT'));
    await t.rejects(dm.experiments.add({ name: 'a', startDate: 'tomorrow' }), failsWith('DM_INVALID_ARGUMENT'));
    await t.rejects(
      dm.experiments.add({ name: 'a', startDate: '2026-02-02', endDate: '2026-02-01' }),
      failsWith('DM_INVALID_ARGUMENT'),
    );
  });

  void t.test('an unknown experiment is named as DM names it', async (t) => {
    const { dm } = await factory(t);
    const unknown = { code: 'DM_OBJECT_NOT_FOUND', message: /Experiment nobody does not exist/u };
    await t.rejects(dm.experiments.getByName('nobody'), unknown);
    await t.rejects(dm.experiments.getById(4711), failsWith('DM_OBJECT_NOT_FOUND'));
    await t.rejects(dm.daqs.start('nobody', '/tmp'), unknown);
    await t.rejects(dm.uploads.start('nobody', '/tmp'), unknown);
    await t.rejects(dm.catalog.getFile('nobody', 'x'), unknown);
  });

  void t.test('an experiment with an active DAQ is not removed, and one without is', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    await dm.experiments.add({ name: 'demo' });
    const { id } = await dm.daqs.start('demo', source);
    await t.rejects(dm.experiments.remove('demo'), failsWith('DM_INVALID_OBJECT_STATE'));
    await dm.daqs.stop('demo', source);
    await waitForDaq(dm, id);
    await dm.experiments.remove('demo');
    await t.rejects(dm.experiments.getByName('demo'), failsWith('DM_OBJECT_NOT_FOUND'));
  });
}

function daqBehaviour(t: Test, factory: SubjectFactory): void {
  void t.test('a DAQ stores what appears after its start, with its path, size and checksum', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    const experiment = await dm.experiments.add({ name: 'demo' });
    await writeFiles(source, { 'before.dat': 'old' });
    const daq = await dm.daqs.start('demo', source, { destDirectory: 'det/eiger' });
    t.match(daq, { experimentName: 'demo', dataDirectory: source, status: 'running', destDirectory: 'det/eiger' });
    await writeFiles(source, { 'scan/1/new.dat': 'new content' });
    const file = await dm.catalog.waitForFile('demo', 'det/eiger/scan/1/new.dat');
    t.match(file, { fileName: 'new.dat', experimentName: 'demo', fileSize: 11, md5Sum: md5('new content') });
    t.equal(await readFile(join(experiment.dataDirectory ?? '', 'det/eiger/scan/1/new.dat'), 'utf8'), 'new content');
    await dm.daqs.sync(daq.id);
    await t.rejects(dm.catalog.getFile('demo', 'det/eiger/before.dat'), failsWith('DM_OBJECT_NOT_FOUND'));
    await dm.daqs.stop('demo', source);
    const ended = await waitForDaq(dm, daq.id);
    t.match(ended, {
      status: 'done',
      countFiles: 1,
      nCompletedFiles: 1,
      nProcessingErrors: 0,
      percentageComplete: 100,
    });
    await dm.daqs.clear(daq.id);
    await t.rejects(dm.daqs.get(daq.id), failsWith('DM_OBJECT_NOT_FOUND'));
  });

  void t.test('a DAQ with processExistingFiles takes what is there, by its patterns', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    await dm.experiments.add({ name: 'demo' });
    await writeFiles(source, { 'a.h5': 'a', 'b.tmp': 'b', 'deep/c.h5': 'c', '.hidden.h5': 'd', 'scratch/e.h5': 'e' });
    const { id } = await dm.daqs.start('demo', source, {
      processExistingFiles: true,
      skipFilePathPattern: '*.tmp,scratch/*',
    });
    const { nCompletedFiles } = await dm.daqs.sync(id);
    t.equal(nCompletedFiles, 2);
    const files = await dm.catalog.listFiles('demo');
    t.same(files.map(({ experimentFilePath }) => experimentFilePath).sort(), ['a.h5', 'deep/c.h5']);
    await dm.daqs.stop('demo', source);
    await waitForDaq(dm, id);
  });

  void t.test('a DAQ of the same experiment and directory is returned, not doubled', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    await dm.experiments.add({ name: 'demo' });
    const first = await dm.daqs.start('demo', source);
    const second = await dm.daqs.start('demo', source);
    t.equal(second.id, first.id);
    t.equal((await dm.daqs.list()).filter(({ status }) => status === 'running').length, 1);
    await t.rejects(dm.daqs.clear(first.id), failsWith('DM_INVALID_OBJECT_STATE'));
    await dm.daqs.stop('demo', source);
    await waitForDaq(dm, first.id);
    await t.rejects(dm.daqs.stop('demo', source), failsWith('DM_OBJECT_NOT_FOUND'));
    await t.rejects(dm.daqs.sync(first.id), failsWith('DM_INVALID_OBJECT_STATE'));
  });

  void t.test('a directory is watched for one experiment at a time', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    await writeFiles(source, { 'inner/old': 'x' });
    for (const name of ['demo', 'user2']) await dm.experiments.add({ name });
    const { id } = await dm.daqs.start('demo', join(source, 'inner'));
    for (const directory of [join(source, 'inner'), source, `${source}/inner/`]) {
      await t.rejects(dm.daqs.start('user2', directory), {
        code: 'DM_INVALID_OBJECT_STATE',
        message: /DAQ of experiment demo watches .*inner: stop it first/u,
      });
    }
    await dm.daqs.stop('demo', join(source, 'inner'), { id });
    await waitForDaq(dm, id);
    const starts = await Promise.allSettled(['user2', 'demo'].map((name) => dm.daqs.start(name, source)));
    t.same(starts.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'also of two starts at once');
    for (const daq of await dm.daqs.list()) {
      if (daq.status !== 'running') continue;
      await dm.daqs.stop(daq.experimentName, source);
      await waitForDaq(dm, daq.id);
    }
  });

  void t.test('a failed job of a DAQ is counted there, with the file and the reason', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    await dm.experiments.add({ name: 'demo' });
    const stages = { '1': { command: 'echo "no frames" >&2; exit 3' } };
    await dm.workflows.add({ name: 'broken', owner: dm.owner, stages });
    const { id } = await dm.daqs.start('demo', source, { workflowName: 'broken', workflowOwner: dm.owner });
    await writeFiles(source, { 'one.dat': '1' });
    const failed = { nJobsFailed: 1, jobError: 'one.dat: 1 failed (exit 3): no frames' };
    t.match(await waitForDaq(dm, id, ({ nJobsFailed }) => nJobsFailed === 1), failed);
    await dm.daqs.stop('demo', source);
    t.match(await waitForDaq(dm, id), { ...failed, status: 'done' });
  });

  void t.test('a DAQ starts one job for each new file', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    const experiment = await dm.experiments.add({ name: 'demo' });
    await dm.workflows.add({
      name: 'per-file',
      owner: dm.owner,
      stages: { '1': { command: 'echo "$filePath $kind"' } },
    });
    const { id } = await dm.daqs.start('demo', source, {
      workflowName: 'per-file',
      workflowOwner: dm.owner,
      workflowArgs: 'kind:dark',
    });
    await writeFiles(source, { 'one.dat': '1', 'two.dat': '2' });
    await dm.daqs.sync(id);
    const jobs = await Promise.all((await dm.jobs.list(dm.owner)).map((job) => waitForJob(dm, job.id)));
    t.same(
      jobs
        .map(({ status, filePath, kind }) => ({ status, filePath, kind }))
        .sort((a, b) => (String(a.filePath) < String(b.filePath) ? -1 : 1)),
      ['one.dat', 'two.dat'].map((name) => ({
        status: 'done',
        filePath: join(experiment.dataDirectory ?? '', name),
        kind: 'dark',
      })),
    );
    await dm.daqs.stop('demo', source);
    await waitForDaq(dm, id);
  });

  void t.test('a DAQ that could not work is refused', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    await dm.experiments.add({ name: 'demo' });
    await t.rejects(dm.daqs.start('demo', join(source, 'missing')), failsWith('DM_OBJECT_NOT_FOUND'));
    await t.rejects(dm.daqs.start('demo', 'relative'), failsWith('DM_INVALID_ARGUMENT'));
    await t.rejects(dm.daqs.start('demo', source, { destDirectory: '../../x' }), failsWith('DM_INVALID_ARGUMENT'));
    await t.rejects(dm.daqs.start('demo', source, { workflowName: 'nothing' }), failsWith('DM_OBJECT_NOT_FOUND'));
    t.same(await dm.daqs.list(), []);
  });
}

function uploadBehaviour(t: Test, factory: SubjectFactory): void {
  for (const processingMode of ['files', 'directory'] as const) {
    void t.test(`an upload in the mode "${processingMode}" stores a directory and ends`, async (t) => {
      const { dm, sourceDirectory } = await factory(t);
      const source = await sourceDirectory();
      await dm.experiments.add({ name: 'demo' });
      await writeFiles(source, { 'a.txt': 'one', 'sub/b.txt': 'two' });
      const { id } = await dm.uploads.start('demo', source, { processingMode, destDirectory: 'in' });
      const upload = await waitForUpload(dm, id);
      t.match(upload, {
        status: 'done',
        countFiles: 2,
        nProcessedFiles: 2,
        nProcessingErrors: 0,
        percentageComplete: 100,
      });
      t.equal((await dm.catalog.getFile('demo', 'in/sub/b.txt')).md5Sum, md5('two'));
      t.ok((await dm.uploads.list()).some((one) => one.id === id));
      await dm.uploads.clear(id);
      await t.rejects(dm.uploads.get(id), failsWith('DM_OBJECT_NOT_FOUND'));
    });
  }

  void t.test(
    'an upload skips unchanged files, says so when there is nothing new, and takes all with reprocessFiles',
    async (t) => {
      const { dm, sourceDirectory } = await factory(t);
      const source = await sourceDirectory();
      await dm.experiments.add({ name: 'demo' });
      await writeFiles(source, { 'a.txt': 'one', 'b.txt': 'two' });
      await waitForUpload(dm, (await dm.uploads.start('demo', source)).id);
      const again = await waitForUpload(dm, (await dm.uploads.start('demo', source)).id);
      t.match(again, { status: 'done', countFiles: 0, errorMessage: 'no new files for upload' });
      await writeFiles(source, { 'a.txt': 'changed' });
      t.match(await waitForUpload(dm, (await dm.uploads.start('demo', source)).id), { status: 'done', countFiles: 1 });
      t.equal((await dm.catalog.getFile('demo', 'a.txt')).md5Sum, md5('changed'));
      const all = await waitForUpload(dm, (await dm.uploads.start('demo', source, { reprocessFiles: true })).id);
      t.match(all, { status: 'done', countFiles: 2 });
    },
  );

  void t.test('an upload of one experimentFilePath takes that file only', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    await dm.experiments.add({ name: 'demo' });
    await writeFiles(source, { 'a.txt': 'one', 'sub/b.txt': 'two' });
    const { id } = await dm.uploads.start('demo', source, { experimentFilePath: 'sub/b.txt' });
    t.match(await waitForUpload(dm, id), { status: 'done', countFiles: 1 });
    t.same(
      (await dm.catalog.listFiles('demo')).map(({ experimentFilePath }) => experimentFilePath),
      ['sub/b.txt'],
    );
    for (const experimentFilePath of ['../a.txt', '/etc/hostname', join(source, '../a.txt'), `${source}2/a.txt`]) {
      await t.rejects(dm.uploads.start('demo', source, { experimentFilePath }), failsWith('DM_INVALID_ARGUMENT'));
    }
    // As a detector tells it.
    const whole = await dm.uploads.start('demo', source, { experimentFilePath: join(source, 'a.txt') });
    t.match(await waitForUpload(dm, whole.id), { status: 'done', countFiles: 1, experimentFilePath: 'a.txt' });
    await t.rejects(
      dm.uploads.start('demo', source, { experimentFilePath: 'no.txt' }),
      failsWith('DM_OBJECT_NOT_FOUND'),
    );
    await t.rejects(dm.uploads.start('demo', join(source, 'missing')), failsWith('DM_OBJECT_NOT_FOUND'));
  });
}

function catalogBehaviour(t: Test, factory: SubjectFactory): void {
  void t.test('files are listed in pages, and one that is not stored yet can be waited for and given up', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    await dm.experiments.add({ name: 'demo' });
    await writeFiles(source, { a: '1', b: '2', c: '3' });
    const waiting = dm.catalog.waitForFile('demo', 'b');
    const { id } = await dm.uploads.start('demo', source);
    t.equal((await waiting).md5Sum, md5('2'));
    await waitForUpload(dm, id);
    const page = await dm.catalog.listFiles('demo', { skip: 1, limit: 1 });
    t.same(
      page.map(({ experimentFilePath }) => experimentFilePath),
      ['b'],
    );
    const aborted = new AbortController();
    const never = dm.catalog.waitForFile('demo', 'never', { signal: aborted.signal });
    aborted.abort(new Error('enough'));
    await t.rejects(never, { message: 'enough' });
    await t.rejects(dm.catalog.getFile('demo', 'never'), failsWith('DM_OBJECT_NOT_FOUND'));
  });

  void t.test('a dataset keeps any JSON, and its name is unique within its experiment', async (t) => {
    const { dm } = await factory(t);
    await dm.experiments.add({ name: 'demo' });
    await dm.experiments.add({ name: 'other' });
    const dataset = {
      experimentName: 'demo',
      datasetName: 'run_uid8_12345678',
      bluesky_metadata: { start: { uid: 'x', nested: [1, null] } },
    };
    await dm.catalog.addDataset(dataset);
    t.match(await dm.catalog.getDataset('demo', 'run_uid8_12345678'), dataset);
    await t.rejects(dm.catalog.addDataset(dataset), { code: 'DM_OBJECT_ALREADY_EXISTS', statusCode: 15 });
    await dm.catalog.addDataset({ ...dataset, experimentName: 'other' });
    t.equal((await dm.catalog.listDatasets('demo')).length, 1);
    await t.rejects(dm.catalog.getDataset('demo', 'nothing'), failsWith('DM_OBJECT_NOT_FOUND'));
  });
}

function workflowBehaviour(t: Test, factory: SubjectFactory): void {
  void t.test('a workflow is added, updated, listed and removed', async (t) => {
    const { dm } = await factory(t);
    const added = await dm.workflows.add({ name: 'mine', owner: dm.owner, stages: { '1': { command: 'true' } } });
    t.match(added.id, /^[0-9a-f]{24}$/u);
    await t.rejects(dm.workflows.add(added), failsWith('DM_OBJECT_ALREADY_EXISTS'));
    const updated = await dm.workflows.update({ ...added, description: 'better' });
    t.equal(updated.id, added.id);
    t.match(await dm.workflows.get(dm.owner, 'mine'), { description: 'better', stages: { '1': { command: 'true' } } });
    const names = (await dm.workflows.list(dm.owner)).map(({ name }) => name);
    t.ok(names.includes('mine') && names.includes('example-01'), 'the folder and what was added are listed');
    await dm.workflows.remove(dm.owner, 'mine');
    await t.rejects(dm.workflows.get(dm.owner, 'mine'), failsWith('DM_OBJECT_NOT_FOUND'));
  });

  void t.test('a workflow that could not run is refused, and the message names the key', async (t) => {
    const { dm } = await factory(t);
    const add = (stage: object): Promise<unknown> =>
      dm.workflows.add({ name: 'wrong', owner: dm.owner, stages: { '1': { command: 'true', ...stage } } });
    await t.rejects(add({ runIf: '"a" ==' }), { code: 'DM_INVALID_ARGUMENT', message: /stages\.1\.runIf/u });
    await t.rejects(add({ outputVariableRegexList: ['(?P<x>('] }), {
      code: 'DM_INVALID_ARGUMENT',
      message: /outputVariableRegexList/u,
    });
    await t.rejects(add({ repeatUntil: '"a" == "a"' }), { code: 'DM_INVALID_ARGUMENT', message: /repeatPeriod/u });
  });
}

function jobBehaviour(t: Test, factory: SubjectFactory): void {
  void t.test('example-01 runs to its end, and its output becomes variables of the job', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    await writeFiles(source, { 'image.tif': 'pixels' });
    const started = await dm.jobs.start(dm.owner, 'example-01', {
      filePath: join(source, 'image.tif'),
      run_uid: '12345',
    });
    t.match(started, {
      status: 'pending',
      countFiles: 0,
      run_uid: '12345',
      owner: dm.owner,
      workflow: { name: 'example-01' },
    });
    t.notOk('stage' in started || 'startTime' in started, 'a pending job has no stage and no start');
    const job = await waitForJob(dm, started.id);
    t.match(job, {
      status: 'done',
      stage: '06-DONE',
      countFiles: 1,
      run_uid: '12345',
      md5Sum: md5('pixels'),
      timeStamp: /^\d{14}$/u,
    });
    t.type(job.runTime, 'number');
    const stages = job.workflow?.stages ?? {};
    t.same(Object.keys(stages).sort().at(-1), '06-DONE');
    t.match(stages['04-MD5SUM'], {
      nCompletedChildProcesses: 1,
      childProcesses: { '3': { exitStatus: 0, stdOut: `${md5('pixels')}\n`, stdErr: '' } },
    });
    const listed = (await dm.jobs.list(dm.owner))[0];
    t.match(listed, { id: started.id, status: 'done', stage: '06-DONE' });
    t.notOk(listed?.workflow?.stages, 'a list carries no stages');
  });

  void t.test('jobs are listed by a query, those that are active and those that have ended', async (t) => {
    const { dm } = await factory(t);
    const failed = await dm.jobs.start(dm.owner, 'fails', { filePath: '/dev/null' });
    await waitForJob(dm, failed.id);
    const running = await dm.jobs.start(dm.owner, 'sleep', { filePath: '/dev/null', seconds: '60' });
    await waitForJob(dm, running.id, ({ status }) => status === 'running');
    const listed = async (query: object, page = {}): Promise<string[]> =>
      (await dm.jobs.list(dm.owner, { ...page, query: { ...query } })).map(({ id }) => id);
    t.same(await listed({ status: 'failed' }), [failed.id]);
    t.same(await listed({ status: 'running' }), [running.id]);
    t.same(await listed({ status: 'pending' }), []);
    t.same(await listed({ status: 'failed', id: 'x' }), [], 'all of it must match');
    t.same(await listed({ owner: dm.owner }, { skip: 1, limit: 1 }), [failed.id], 'newest first, in pages');
    await dm.jobs.stop(dm.owner, running.id);
    await waitForJob(dm, running.id);
  });

  void t.test('a job without an input specification fails as DM says it', async (t) => {
    const { dm } = await factory(t);
    const { id } = await dm.jobs.start(dm.owner, 'example-01', { run_uid: '1' });
    const job = await waitForJob(dm, id);
    t.match(job, { status: 'failed', errorMessage: 'Invalid input file specification.', countFiles: 0 });
    t.notOk('stage' in job);
  });

  void t.test('a failed stage ends the job, and the reason is in its last process', async (t) => {
    const { dm } = await factory(t);
    const { id } = await dm.jobs.start(dm.owner, 'fails', { filePath: '/dev/null', experimentName: 'demo' });
    const job = await waitForJob(dm, id);
    t.match(job, { status: 'failed', stage: '02-FAIL' });
    t.notOk(job.errorMessage, 'the job itself has no errorMessage');
    t.match(lastChild(job, '02-FAIL'), {
      exitStatus: 3,
      status: 'failed',
      stdErr: /cannot read the detector file \/dev\/null/u,
    });
    t.notOk(job.workflow?.stages?.['03-NEVER']?.childProcesses);
    const [listed] = await dm.jobs.list(dm.owner);
    t.match(listed, { id, experimentName: 'demo', errorMessage: /^02-FAIL failed \(exit 3\): / }, 'a list says both');
  });

  void t.test('a value of a job never becomes shell code', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    await dm.workflows.add({
      name: 'say',
      owner: dm.owner,
      stages: { '1': { command: 'printf %s "$text"; printf %s $filePath' } },
    });
    const text = `"; touch ${source}/hacked; $(touch ${source}/hacked) \`touch ${source}/hacked\` '`;
    const { id } = await dm.jobs.start(dm.owner, 'say', { filePath: `;touch ${source}/hacked`, text });
    const job = await waitForJob(dm, id);
    t.equal(job.status, 'done');
    t.ok(String(lastChild(job, '1')?.['stdOut']).startsWith(text));
    await t.rejects(readFile(join(source, 'hacked')), { code: 'ENOENT' });
  });

  void t.test('a job is stopped: aborting, then aborted', async (t) => {
    const { dm } = await factory(t);
    const { id } = await dm.jobs.start(dm.owner, 'sleep', { filePath: '/dev/null', seconds: '60' });
    await waitForJob(dm, id, (job) => job.stage === '01-SLEEP' && job.status === 'running');
    const stopping = await dm.jobs.stop(dm.owner, id);
    t.match(stopping.status, /^(?:aborting|aborted)$/u);
    const job = await waitForJob(dm, id);
    t.equal(job.status, 'aborted');
    t.equal((await dm.jobs.stop(dm.owner, id)).status, 'aborted', 'to stop an ended job changes nothing');
  });

  void t.test('jobs over the limit of their workflow stay pending, and run in their turn', async (t) => {
    const { dm } = await factory(t);
    const start = (seconds: string): Promise<Job> =>
      dm.jobs.start(dm.owner, 'sleep', { filePath: '/dev/null', seconds });
    const [first, second, third] = [await start('60'), await start('60'), await start('0')];
    await Promise.all([first, second].map(({ id }) => waitForJob(dm, id, ({ status }) => status === 'running')));
    t.equal((await dm.jobs.get(dm.owner, third.id)).status, 'pending');
    await dm.jobs.stop(dm.owner, first.id);
    t.equal((await waitForJob(dm, third.id)).status, 'done');
    await dm.jobs.stop(dm.owner, second.id);
    await waitForJob(dm, second.id);
  });

  void t.test('arguments are checked before the job starts', async (t) => {
    const { dm } = await factory(t);
    await t.rejects(dm.jobs.start(dm.owner, 'sleep', { filePath: '/dev/null' }), {
      code: 'DM_INVALID_ARGUMENT',
      message: /seconds/u,
    });
    await t.rejects(
      dm.jobs.start(dm.owner, 'conditions', { filePath: '/dev/null', analysisMachine: 'mars' }),
      failsWith('DM_INVALID_ARGUMENT'),
    );
    await t.rejects(
      dm.jobs.start(dm.owner, 'fails', { filePath: '/dev/null', LD_PRELOAD: 'x' }),
      failsWith('DM_INVALID_ARGUMENT'),
    );
    await t.rejects(dm.jobs.start(dm.owner, 'nothing', {}), failsWith('DM_OBJECT_NOT_FOUND'));
    t.same(await dm.jobs.list(dm.owner), []);
  });

  void t.test('runIf, repeatUntil and parallelExec do what DM says', async (t) => {
    const { dm, sourceDirectory } = await factory(t);
    const source = await sourceDirectory();
    await writeFiles(source, { a: '1', b: '2', c: '3' });
    const filePathList = ['a', 'b', 'c'].map((name) => join(source, name));
    const { id } = await dm.jobs.start(dm.owner, 'conditions', { filePathList, analysisMachine: 'none' });
    const job = await waitForJob(dm, id);
    t.match(job, { status: 'done', countFiles: 3, count: '3', stage: '02-WAIT' });
    t.equal(Object.keys(job.workflow?.stages?.['01-SUMS']?.childProcesses ?? {}).length, 3);
    t.same(
      Object.keys(job.workflow?.stages?.['02-WAIT']?.childProcesses ?? {}),
      ['3', '4', '5'],
      'processes are numbered through the job',
    );
    t.notOk(job.workflow?.stages?.['03-LOCAL']?.childProcesses, 'a stage whose runIf is false is left out');
  });
}

function lastChild(job: Job, stage: string): Record<string, unknown> | undefined {
  return Object.values(job.workflow?.stages?.[stage]?.childProcesses ?? {}).at(-1);
}
