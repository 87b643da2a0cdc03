import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UploadInfo } from 'dm';
import t from 'tap';
import { temporaryDirectory } from '../unit/dm/port/temporary-directory.js';
import { waitForDaq, waitForJob, waitForUpload } from '../unit/dm/port/wait-for.js';
import { writeFiles } from '../unit/dm/port/write-files.js';
import { temporaryEngine } from '../unit/dm/local/temporary-engine.js';
import { EngineChild } from './engine-child.js';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

/** A file system of so many MiB that is unmounted after the test; undefined where that isn't allowed. */
async function smallFileSystem(
  t: Parameters<typeof temporaryDirectory>[0],
  mebibytes: number,
): Promise<string | undefined> {
  const directory = await temporaryDirectory(t);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  t.after(() => execFileSync('umount', ['-l', directory]));
  return directory;
}

void t.test('a full disk fails files with a reason, the engine lives on, and there is room again later', async (t) => {
  const disk = await smallFileSystem(t, 8);
  if (disk === undefined) {
    t.comment('no file system can be mounted here; the limit of a file size stands in for the full disk');
    await fileSizeLimit(t);
    return;
  }
  const { engine, sourceDirectory } = await temporaryEngine(t, { root: join(disk, 'dm-data') });
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  const block = Buffer.alloc(100_000, 'x');
  await writeFiles(source, Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`f${index}`, block])));
  const failed = await waitForUpload(engine, (await engine.uploads.start('demo', source)).id);
  t.ok(failed.nProcessingErrors > 30, `${failed.nProcessingErrors} files failed`);
  t.match(String(failed.errorMessage), /full/u);
  const { id: jobId } = await engine.jobs
    .start(engine.owner, 'fails', { filePath: '/x' })
    .catch(() => ({ id: undefined }));
  if (jobId !== undefined) t.equal((await waitForJob(engine, jobId)).status, 'failed', 'jobs go on');
  t.equal(failed.countFiles, 120);
  t.equal(
    (await engine.catalog.listFiles('demo')).length,
    failed.nCompletedFiles,
    'the catalogue holds what is stored',
  );
  execFileSync('mount', ['-o', 'remount,size=64m', disk]);
  const { id } = await engine.uploads.start('demo', source);
  t.match(await waitForUpload(engine, id), { status: 'done', nProcessingErrors: 0 });
  t.equal((await engine.catalog.listFiles('demo')).length, 120);
});

void t.test('an engine on a full disk is closed in order, and starts again', async (t) => {
  const disk = await smallFileSystem(t, 2);
  if (disk === undefined) return;
  const root = join(disk, 'dm-data');
  const first = new EngineChild([root, 'idle']);
  await first.line((line) => 'ready' in line);
  execFileSync('sh', ['-c', 'cat /dev/zero > fill 2>/dev/null || true'], { cwd: disk });
  t.equal(await first.end(), 0);
  await rm(join(disk, 'fill'));
  const second = new EngineChild([root, 'idle']);
  await second.line((line) => 'ready' in line);
  t.equal(await second.end(), 0);
});

void t.test('a job whose output fills the disk ends with its command, and gives the space back', async (t) => {
  const disk = await smallFileSystem(t, 8);
  if (disk === undefined) return;
  const { engine } = await temporaryEngine(t, { root: join(disk, 'dm-data') });
  const stages = { '1': { command: 'head -c 50000000 /dev/zero' }, '2': { command: 'true' } };
  await engine.workflows.add({ name: 'wordy', owner: engine.owner, stages });
  const { id } = await engine.jobs.start(engine.owner, 'wordy', { filePath: '/x' });
  t.match(await waitForJob(engine, id), { status: 'failed', stage: '1' });
  const next = await engine.jobs.start(engine.owner, 'fails', { filePath: '/x' });
  t.match(await waitForJob(engine, next.id), { status: 'failed' }, 'the next job can be recorded and run');
});

void t.test('a DAQ on a full disk stores the rest once there is room', async (t) => {
  const disk = await smallFileSystem(t, 6);
  if (disk === undefined) return;
  const { engine, sourceDirectory } = await temporaryEngine(t, { root: join(disk, 'dm-data'), rescanPeriodMs: 100 });
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  const { id } = await engine.daqs.start('demo', source);
  const block = Buffer.alloc(500_000, 'x');
  await writeFiles(source, Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`f${index}`, block])));
  const full = await waitForDaq(engine, id, ({ nProcessingErrors }) => nProcessingErrors > 5);
  t.match(full, { status: 'running', errorMessage: /full/u });
  execFileSync('mount', ['-o', 'remount,size=64m', disk]);
  t.match(await waitForDaq(engine, id, ({ nCompletedFiles }) => nCompletedFiles === 20), {
    nProcessingErrors: 0,
    nWaitingFiles: 0,
  });
  await engine.daqs.stop('demo', source);
  t.equal((await waitForDaq(engine, id)).status, 'done');
});

async function fileSizeLimit(t: Parameters<typeof temporaryDirectory>[0]): Promise<void> {
  const root = join(await temporaryDirectory(t), 'dm-data');
  const source = await temporaryDirectory(t);
  await writeFiles(source, { small: 'x', large: Buffer.alloc(40_000_000) });
  const child = new EngineChild([root, 'upload', source]);
  await child.line((line) => 'started' in line);
  await child.end();
}

void t.test('what the engine may not read fails with a reason, and the rest is stored', async (t) => {
  const parent = await temporaryDirectory(t);
  const source = join(parent, 'source');
  await writeFiles(source, { fine: 'x', secret: 'x', 'closed/a': 'x', 'open/b': 'x' });
  await mkdir(join(parent, 'home'));
  if (isRoot) await chown(join(parent, 'home'), NOBODY, NOBODY);
  await chmod(parent, 0o755);
  await chmod(join(source, 'secret'), 0o000);
  await chmod(join(source, 'closed'), 0o000);
  const child = new EngineChild(
    [join(parent, 'home', 'dm-data'), 'upload', source],
    isRoot ? { uid: NOBODY, gid: NOBODY } : {},
  );
  const { upload } = (await child.line((line) => 'upload' in line)) as unknown as { upload: UploadInfo };
  await child.end();
  await chmod(join(source, 'closed'), 0o755);
  t.match(upload, { status: 'done', nCompletedFiles: 2, nProcessingErrors: 2 });
  const errors = (upload.processingErrors as string[]).sort();
  t.match(errors, [/^closed: .*(?:EACCES|permission)/u, /^secret: permission denied/u]);
});

void t.test('files that vanish and files that are rewritten are no trouble for a DAQ', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t, { quietTimeMs: 10 });
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  const { id } = await engine.daqs.start('demo', source);
  for (let index = 0; index < 1500; index++) {
    await writeFile(join(source, `temporary${index}`), 'x');
    await writeFile(join(source, `kept${index % 50}`), 'x'.repeat(index));
    await unlink(join(source, `temporary${index}`));
  }
  await engine.daqs.sync(id);
  await engine.daqs.stop('demo', source);
  const ended = await waitForDaq(engine, id);
  t.match(ended, { status: 'done', nProcessingErrors: 0, nWaitingFiles: 0 });
  for (let index = 0; index < 50; index++) {
    const { fileSize } = await engine.catalog.getFile('demo', `kept${index}`);
    if (fileSize !== 1450 + index) t.fail(`kept${index} has ${fileSize} bytes in the catalogue`);
  }
});

void t.test('10,000 files that appear while a DAQ watches are all stored, once', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  let nStored = 0;
  engine.changes.on('file', () => nStored++);
  const { id } = await engine.daqs.start('demo', source);
  const block = Buffer.alloc(4096, 'y');
  for (let folder = 0; folder < 100; folder++) {
    const files = Array.from({ length: 100 }, (_, index): [string, Buffer] => [
      `scan${folder}/images/f${index}`,
      block,
    ]);
    await writeFiles(source, Object.fromEntries(files));
  }
  await engine.daqs.sync(id);
  t.match(await engine.daqs.get(id), {
    countFiles: 10_000,
    nCompletedFiles: 10_000,
    nWaitingFiles: 0,
    nProcessingErrors: 0,
    percentageComplete: 100,
  });
  t.equal((await engine.catalog.listFiles('demo')).length, 10_000);
  t.ok(nStored < 10_100, `${nStored} copies were made`);
  await engine.daqs.stop('demo', source);
  await waitForDaq(engine, id);
  await rm(source, { recursive: true });
});
