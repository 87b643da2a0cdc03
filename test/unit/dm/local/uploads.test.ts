import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { waitForUpload } from '../port/wait-for.js';
import { writeFiles } from '../port/write-files.js';
import { temporaryEngine } from './temporary-engine.js';

void t.test('a file that fails is counted and named, and the rest is stored', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  const { dataDirectory = '' } = await engine.experiments.add({ name: 'demo' });
  await writeFiles(source, { a: '1', b: '2', 'c/d': '3' });
  await mkdir(join(dataDirectory, 'b'));
  await writeFile(join(dataDirectory, 'c'), 'a file where a directory is needed');
  const { id } = await engine.uploads.start('demo', source);
  const upload = await waitForUpload(engine, id);
  t.match(upload, {
    status: 'done',
    countFiles: 3,
    nCompletedFiles: 1,
    nProcessedFiles: 3,
    nProcessingErrors: 2,
    errorMessage: /^2 files failed/u,
  });
  t.match((upload.processingErrors as string[]).sort(), [/^b: a directory of that name is in the way/u, /^c\/d: /u]);
  await rm(join(source, 'a'));
  t.match(await waitForUpload(engine, (await engine.uploads.start('demo', source)).id), {
    status: 'failed',
    nCompletedFiles: 0,
  });
});

void t.test('the time of a file is kept, and an unchanged file whose copy was lost is stored again', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  const { dataDirectory = '' } = await engine.experiments.add({ name: 'demo' });
  await writeFiles(source, { a: '1' });
  await utimes(join(source, 'a'), 1_000_000, 1_000_000.5);
  await waitForUpload(engine, (await engine.uploads.start('demo', source)).id);
  t.equal((await stat(join(dataDirectory, 'a'))).mtimeMs, 1_000_000_500);
  t.match(await engine.catalog.getFile('demo', 'a'), { fileModificationTime: 1_000_000.5 });
  await rm(join(dataDirectory, 'a'));
  t.match(await waitForUpload(engine, (await engine.uploads.start('demo', source)).id), {
    countFiles: 1,
    status: 'done',
  });
  t.equal(await readFile(join(dataDirectory, 'a'), 'utf8'), '1');
});

void t.test('an upload is aborted in the middle of a large file, and leaves nothing of it', async (t) => {
  const { engine, root, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  execFileSync('truncate', ['-s', '4G', join(source, 'large')]);
  const { id } = await engine.uploads.start('demo', source);
  await waitForUpload(engine, id, ({ status, countFiles }) => status === 'running' && countFiles === 1);
  const stopping = await engine.uploads.stop(id);
  t.equal(stopping.status, 'aborting');
  t.match(await waitForUpload(engine, id), { status: 'aborted', nCompletedFiles: 0 });
  t.same(await engine.catalog.listFiles('demo'), []);
  t.equal(execFileSync('find', [join(root, 'experiments'), '-type', 'f'], { encoding: 'utf8' }), '');
  t.equal((await engine.uploads.stop(id)).status, 'aborted', 'a second stop changes nothing');
});

void t.test('a large file is stored whole, with the right checksum', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  const { dataDirectory = '' } = await engine.experiments.add({ name: 'demo' });
  execFileSync('sh', ['-c', 'head -c 20000001 /dev/urandom > large'], { cwd: source });
  const md5 = execFileSync('md5sum', [join(source, 'large')], { encoding: 'utf8' }).slice(0, 32);
  await waitForUpload(engine, (await engine.uploads.start('demo', source)).id);
  t.match(await engine.catalog.getFile('demo', 'large'), { fileSize: 20_000_001, md5Sum: md5 });
  execFileSync('cmp', [join(source, 'large'), join(dataDirectory, 'large')]);
});

void t.test('a source that is a link, a file or unreadable is an error', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  await writeFiles(source, { a: '1' });
  await symlink('a', join(source, 'link'));
  await t.rejects(engine.uploads.start('demo', join(source, 'a')), {
    code: 'DM_INVALID_ARGUMENT',
    message: /not a directory/u,
  });
  await t.rejects(engine.uploads.start('demo', source, { experimentFilePath: 'link' }), {
    code: 'DM_INVALID_ARGUMENT',
    message: /link/u,
  });
  await t.rejects(engine.uploads.start('demo', source, { processingMode: 'other' } as never), {
    code: 'DM_INVALID_ARGUMENT',
    message: /processingMode/u,
  });
  await chmod(source, 0o755);
});

void t.test('events tell of an upload from its start to its end, the last one last', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  await writeFiles(source, Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, 'x'])));
  const statuses: string[] = [];
  const completed: number[] = [];
  engine.changes.on('upload', (upload) => {
    statuses.push(upload.status);
    completed.push(upload.nCompletedFiles ?? 0);
  });
  const { id, status } = await engine.uploads.start('demo', source);
  t.equal(status, 'pending');
  t.same(statuses, [], 'the caller learns the id before the first event');
  await waitForUpload(engine, id);
  t.equal(statuses[0], 'running');
  t.equal(statuses.at(-1), 'done');
  t.equal(completed.at(-1), 300);
  t.ok(statuses.length < 20, 'progress is gathered');
});

void t.test('another file of the same size and time is no unchanged one', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  const { dataDirectory = '' } = await engine.experiments.add({ name: 'demo' });
  const upload = async (): Promise<number> =>
    (await waitForUpload(engine, (await engine.uploads.start('demo', source)).id)).nCompletedFiles ?? 0;
  await writeFiles(source, { a: 'old', same: 'x' });
  await utimes(join(source, 'a'), 1000, 1000);
  t.equal(await upload(), 2);
  await writeFiles(source, { '.b': 'new' });
  await utimes(join(source, '.b'), 1000, 1000);
  await rename(join(source, '.b'), join(source, 'a'));
  t.equal(await upload(), 1);
  t.equal(await readFile(join(dataDirectory, 'a'), 'utf8'), 'new');
  t.equal(await upload(), 0);
});

void t.test('a wide directory is uploaded a part at a time, in either mode', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  await writeFiles(source, Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`f${index}`, `${index}`])));
  for (const processingMode of ['files', 'directory'] as const) {
    const { id } = await engine.uploads.start('demo', source, { processingMode, destDirectory: processingMode });
    t.match(await waitForUpload(engine, id), { status: 'done', countFiles: 1500, nCompletedFiles: 1500 });
  }
  t.equal((await engine.catalog.listFiles('demo')).length, 3000);
});

void t.test('jobs that fail after the end of what started them are counted, each', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  const gate = join(await sourceDirectory(), 'gate');
  const stages = { '1': { command: 'until [ -e "$gate" ]; do sleep 0.05; done; exit 3' } };
  await engine.workflows.add({ name: 'late', owner: engine.owner, stages });
  await writeFiles(source, { a: '1', b: '2' });
  const { id } = await engine.uploads.start('demo', source, { workflowName: 'late', workflowArgs: { gate } });
  t.match(await waitForUpload(engine, id), { status: 'done', nJobsFailed: undefined });
  const both = waitForUpload(engine, id, ({ nJobsFailed }) => nJobsFailed === 2);
  await writeFile(gate, '');
  t.match(await both, { status: 'done', percentageComplete: 100, jobError: /^[ab]: 1 failed \(exit 3\)$/u });
  t.match(await engine.uploads.get(id), { nJobsFailed: 2 }, 'it is written');
});

void t.test('a destination or a pattern that can not work is refused at the start, and leaves nothing', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  const { dataDirectory = '' } = await engine.experiments.add({ name: 'demo' });
  await writeFile(join(dataDirectory, 'taken'), 'a file');
  await symlink('/tmp', join(dataDirectory, 'link'));
  const cases = [
    [{ destDirectory: 'taken/run1' }, /destDirectory "taken\/run1": .*taken is a file/u],
    [{ destDirectory: 'link' }, /destDirectory "link": .* symbolic link/u],
    [{ destDirectory: 'x'.repeat(300) }, /destDirectory has a name of more than 255 bytes/u],
    [{ skipFilePathPattern: '/raw' }, /skipFilePathPattern "\/raw" matches no file/u],
  ] as const;
  for (const [options, message] of cases) {
    const refusal = { code: 'DM_INVALID_ARGUMENT', message };
    await t.rejects(engine.uploads.start('demo', source, options), refusal);
    await t.rejects(engine.daqs.start('demo', source, options), refusal);
  }
  t.same([await engine.uploads.list(), await engine.daqs.list()], [[], []]);
});

void t.test('a file is found by any path that its directory has', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  const link = join(await sourceDirectory(), 'link');
  await symlink(source, link);
  await engine.experiments.add({ name: 'demo' });
  await writeFiles(source, { ' lead.dat': '1', 'lead.dat': 'other' });
  for (const [directory, file] of [
    [source, ' lead.dat'],
    [source, join(source, ' lead.dat')],
    [source, join(link, ' lead.dat')],
    [link, join(link, ' lead.dat')],
    [link, join(source, ' lead.dat')],
  ] as const) {
    const options = { experimentFilePath: file, reprocessFiles: true };
    t.match(await waitForUpload(engine, (await engine.uploads.start('demo', directory, options)).id), {
      status: 'done',
      nCompletedFiles: 1,
      experimentFilePath: ' lead.dat',
    });
  }
  t.same(
    (await engine.catalog.listFiles('demo')).map(({ experimentFilePath }) => experimentFilePath),
    [' lead.dat'],
  );
});
