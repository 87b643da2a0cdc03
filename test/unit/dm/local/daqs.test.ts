import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DaqOptions, LocalOptions } from 'dm';
import t, { type Test } from 'tap';
import { changeOf } from '../port/change-of.js';
import { waitForDaq, waitForUpload } from '../port/wait-for.js';
import { writeFiles } from '../port/write-files.js';
import { temporaryEngine, type TemporaryEngine } from './temporary-engine.js';

interface Running extends TemporaryEngine {
  readonly source: string;
  readonly id: string;
  readonly dataDirectory: string;
  readonly analysisDirectory: string;
  /** Paths in the catalogue, sorted. */
  readonly paths: () => Promise<string[]>;
  readonly stop: () => ReturnType<typeof waitForDaq>;
}

async function running(
  t: Test,
  options: DaqOptions = {},
  before: Record<string, string> = {},
  engineOptions: Partial<LocalOptions> = {},
): Promise<Running> {
  const subject = await temporaryEngine(t, engineOptions);
  const { engine } = subject;
  const source = await subject.sourceDirectory();
  await writeFiles(source, before);
  const { dataDirectory = '', analysisDirectory = '' } = await engine.experiments.add({ name: 'demo' });
  const { id } = await engine.daqs.start('demo', source, options);
  return {
    ...subject,
    source,
    id,
    dataDirectory,
    analysisDirectory,
    paths: async () => (await engine.catalog.listFiles('demo')).map(({ experimentFilePath }) => experimentFilePath),
    stop: async () => {
      await engine.daqs.stop('demo', source);
      return await waitForDaq(engine, id);
    },
  };
}

void t.test('a file that changes is taken again, in one piece', async (t) => {
  const { engine, source, id, dataDirectory, stop } = await running(t);
  await writeFiles(source, { a: 'first' });
  await engine.daqs.sync(id);
  await writeFiles(source, { a: 'second version' });
  await engine.daqs.sync(id);
  t.equal(await readFile(join(dataDirectory, 'a'), 'utf8'), 'second version');
  t.match(await engine.catalog.getFile('demo', 'a'), { fileSize: 14 });
  t.match(await stop(), { status: 'done', countFiles: 1, nCompletedFiles: 1 });
});

void t.test('a directory that is moved away is told of at once, and followed again when it is back', async (t) => {
  const { engine, source, id, paths, stop } = await running(t, {}, {}, { rescanPeriodMs: 3_600_000 });
  await writeFiles(source, { a: 'x' });
  await engine.daqs.sync(id);
  const problem = changeOf(engine, 'daq', ({ errorMessage }) => errorMessage !== undefined);
  await rename(source, `${source}.away`);
  t.match(await problem, { status: 'running', errorMessage: /^Data directory .*ENOENT/u });
  const well = changeOf(engine, 'daq', ({ errorMessage }) => errorMessage === undefined);
  await rename(`${source}.away`, source);
  await well;
  const stored = changeOf(engine, 'daq', ({ nCompletedFiles }) => nCompletedFiles === 2);
  await writeFiles(source, { b: 'x' });
  await stored;
  t.strictSame((await paths()).sort(), ['a', 'b']);
  t.match(await stop(), { status: 'done', nProcessingErrors: 0 });
});

void t.test('a file that changes before the start is old, and one that is changed after it is taken', async (t) => {
  const { source, paths, stop } = await running(t, {}, { old: 'x', touched: 'x' });
  await writeFiles(source, { touched: 'xy' });
  await stop();
  t.same(await paths(), ['touched']);
});

void t.test('a file that grows is taken when it is complete', async (t) => {
  const { engine, source, id, paths, stop } = await running(t);
  let written = 0;
  const stored: number[] = [];
  engine.changes.on('file', ({ fileSize }) => stored.push(fileSize));
  for (let step = 0; step < 12; step++) {
    await appendFile(join(source, 'growing'), 'x'.repeat(1000));
    written += 1000;
    await delay(15);
  }
  await engine.daqs.sync(id);
  t.same(await paths(), ['growing']);
  t.equal(stored.at(-1), written);
  await stop();
});

void t.test('new nested directories, moved directories and files with an old time are all taken', async (t) => {
  const { engine, source, id, sourceDirectory, paths, stop } = await running(t);
  const elsewhere = await sourceDirectory();
  await writeFiles(elsewhere, { 'moved/x/1': '1', 'moved/2': '2' });
  await utimes(join(elsewhere, 'moved/x/1'), 1000, 1000);
  await engine.daqs.sync(id);
  execFileSync('mkdir', ['-p', join(source, 'a/b/c/d')]);
  await rename(join(elsewhere, 'moved'), join(source, 'moved'));
  await writeFile(join(source, 'a/b/c/d/deep'), 'deep');
  await Promise.all(['a/b/c/d/deep', 'moved/x/1', 'moved/2'].map((path) => engine.catalog.waitForFile('demo', path)));
  await writeFile(join(source, 'a/b/later'), 'later');
  await engine.catalog.waitForFile('demo', 'a/b/later');
  t.same(await paths(), ['a/b/c/d/deep', 'a/b/later', 'moved/2', 'moved/x/1']);
  await stop();
});

void t.test('several DAQs watch at once, on trees that lie in each other', async (t) => {
  const { engine, source, id, paths, stop } = await running(t, { destDirectory: 'outer' });
  await mkdir(join(source, 'inner'));
  const inner = await engine.daqs.start('demo', join(source, 'inner'), { destDirectory: 'inner' });
  await writeFiles(source, { 'inner/a': 'a', b: 'b' });
  await engine.daqs.sync(id);
  await engine.daqs.sync(inner.id);
  t.same(await paths(), ['inner/a', 'outer/b', 'outer/inner/a']);
  await engine.daqs.stop('demo', join(source, 'inner'));
  await waitForDaq(engine, inner.id);
  await stop();
});

void t.test('symbolic links are not followed', async (t) => {
  const { engine, source, id, sourceDirectory, paths, stop } = await running(t);
  const secret = await sourceDirectory();
  await writeFiles(secret, { password: 'x' });
  await symlink(join(secret, 'password'), join(source, 'file-link'));
  await symlink(secret, join(source, 'directory-link'));
  await symlink('/nowhere', join(source, 'dangling'));
  await symlink('.', join(source, 'loop'));
  await writeFiles(source, { plain: 'x' });
  await engine.daqs.sync(id);
  await stop();
  t.same(await paths(), ['plain']);
});

void t.test('a symbolic link in the storage is not written through', async (t) => {
  const { engine, source, id, sourceDirectory, dataDirectory, stop } = await running(t);
  const outside = await sourceDirectory();
  await symlink(outside, join(dataDirectory, 'sub'));
  await writeFiles(source, { 'sub/a': 'x', b: 'x' });
  await t.rejects(engine.daqs.sync(id), { code: 'DM_COMMAND_FAILED', message: /sub\/a: .*symbolic link/u });
  t.same(await readdir(outside), []);
  t.match(await stop(), { status: 'done', nCompletedFiles: 1, nProcessingErrors: 1, errorMessage: /symbolic link/u });
});

void t.test(
  'what is no regular file is left alone, and a directory in the way is an error of that file only',
  async (t) => {
    const { engine, source, id, dataDirectory, stop } = await running(t);
    execFileSync('mkfifo', [join(source, 'fifo')]);
    await mkdir(join(dataDirectory, 'taken/by/directory'), { recursive: true });
    await writeFiles(source, { taken: 'x', fine: 'y' });
    await t.rejects(engine.daqs.sync(id), { message: /taken: a directory of that name is in the way/u });
    t.match(await engine.daqs.get(id), {
      nCompletedFiles: 1,
      nProcessingErrors: 1,
      nWaitingFiles: 0,
      processingErrors: [/^taken: /u],
    });
    await rm(join(dataDirectory, 'taken'), { recursive: true });
    await engine.daqs.sync(id);
    t.match(await stop(), { nCompletedFiles: 2, nProcessingErrors: 0 });
  },
);

void t.test(
  'options: analysis directory, extensions, hidden files, no catalogue, no checksum, removal of the source',
  async (t) => {
    await t.test('useAnalysisDirectoryAsRoot and includeFileExtensions', async (t) => {
      const { source, analysisDirectory, paths, stop, engine } = await running(t, {
        useAnalysisDirectoryAsRoot: true,
        includeFileExtensions: 'h5',
      });
      await writeFiles(source, { 'a.h5': 'x', 'a.txt': 'x' });
      await stop();
      t.same(await paths(), ['a.h5']);
      t.equal(await readFile(join(analysisDirectory, 'a.h5'), 'utf8'), 'x');
      t.match(await engine.catalog.getFile('demo', 'a.h5'), { storageArea: 'analysis' });
    });
    await t.test('processHiddenFiles, skipChecksum and removeSourceFiles', async (t) => {
      const { engine, source, id, stop } = await running(t, {
        processHiddenFiles: true,
        skipChecksum: true,
        removeSourceFiles: true,
      });
      await writeFiles(source, { '.a': 'x' });
      t.equal((await engine.catalog.waitForFile('demo', '.a')).md5Sum, null);
      await engine.daqs.sync(id);
      await stop();
      t.same(await readdir(source), []);
    });
    await t.test('skipCatalog', async (t) => {
      const { source, dataDirectory, paths, stop } = await running(t, { skipCatalog: true });
      await writeFiles(source, { a: 'x' });
      t.match(await stop(), { nCompletedFiles: 1 });
      t.same(await paths(), []);
      t.same(await readdir(dataDirectory), ['a']);
    });
    await t.test('skipTransfer', async (t) => {
      const { source, dataDirectory, paths, stop } = await running(t, { skipTransfer: true });
      await writeFiles(source, { a: 'x' });
      t.match(await stop(), { nCompletedFiles: 1 });
      t.same(await paths(), ['a']);
      t.same(await readdir(dataDirectory), [], 'the data stays where it is');
    });
  },
);

void t.test('a DAQ ends by itself after maxRunTimeInHours, and uploads the directory on exit if asked', async (t) => {
  const { engine, source, id, paths } = await running(
    t,
    {
      maxRunTimeInHours: 3 / 3600,
      uploadDataDirectoryOnExit: true,
      uploadDestDirectoryOnExit: 'final',
      destDirectory: 'live',
    },
    { old: 'x' },
  );
  await writeFiles(source, { new: 'y' });
  const uploading = changeOf(engine, 'upload');
  t.match(await waitForDaq(engine, id), { status: 'done', nCompletedFiles: 1 });
  const upload = await uploading;
  t.match(await waitForUpload(engine, upload.id), { status: 'done', destDirectory: 'final', countFiles: 2 });
  t.same(await paths(), ['final/new', 'final/old', 'live/new']);
});

void t.test(
  'a stopped DAQ is finalizing until the files that were seen are stored; a second stop gives up on one still being written',
  async (t) => {
    // Long enough that the writer never looks done, however busy the machine is.
    const { engine, source, id, paths } = await running(t, {}, {}, { quietTimeMs: 1000 });
    const stopWriting = new AbortController();
    await writeFiles(source, { endless: 'x', complete: 'y' });
    const writer = (async () => {
      while (!stopWriting.signal.aborted) {
        await appendFile(join(source, 'endless'), 'x');
        await delay(10);
      }
    })();
    await engine.catalog.waitForFile('demo', 'complete');
    t.match(await engine.daqs.stop('demo', source), { status: 'finalizing' });
    await writeFiles(source, { late: 'z' });
    t.match(await waitForDaq(engine, id, ({ nWaitingFiles }) => nWaitingFiles === 1), { status: 'finalizing' });
    await engine.daqs.stop('demo', source);
    const ended = await waitForDaq(engine, id);
    stopWriting.abort();
    await writer;
    t.match(ended, { status: 'done', nProcessingErrors: 1, errorMessage: /endless: it was still being written/u });
    t.notOk((await paths()).includes('endless'));
  },
);

void t.test('a directory that disappears is shown, and followed again when it is back', async (t) => {
  const { engine } = await temporaryEngine(t, { rescanPeriodMs: 50 });
  const subject = await temporaryEngine(t);
  const parent = await subject.sourceDirectory();
  const source = join(parent, 'mounted');
  await mkdir(source);
  await engine.experiments.add({ name: 'demo' });
  const { id } = await engine.daqs.start('demo', source);
  await rename(source, join(parent, 'away'));
  await waitForDaq(engine, id, ({ errorMessage }) => errorMessage?.includes('ENOENT') === true);
  await mkdir(source);
  await waitForDaq(engine, id, ({ errorMessage }) => errorMessage === undefined);
  await writeFiles(source, { back: 'x' });
  await engine.catalog.waitForFile('demo', 'back');
  await engine.daqs.stop('demo', source);
  t.match(await waitForDaq(engine, id), { status: 'done', nCompletedFiles: 1 });
});

void t.test('the storage is never its own source', async (t) => {
  const { engine, root, dataDirectory, stop } = await running(t);
  await t.rejects(engine.daqs.start('demo', dataDirectory), {
    code: 'DM_INVALID_ARGUMENT',
    message: /overlaps the storage/u,
  });
  await t.rejects(engine.daqs.start('demo', join(root, '..')), { code: 'DM_INVALID_ARGUMENT' });
  await t.rejects(engine.daqs.start('demo', '@voyager:/data'), {
    code: 'DM_INVALID_ARGUMENT',
    message: /rest backend/u,
  });
  await stop();
});

void t.test('sync rejects when the DAQ ends before, or when the caller gives up', async (t) => {
  const { engine, source, id, stop } = await running(t);
  const stopWriting = new AbortController();
  const writer = (async () => {
    while (!stopWriting.signal.aborted) {
      await appendFile(join(source, 'endless'), 'x');
      await delay(10);
    }
  })();
  await waitForDaq(engine, id, ({ nWaitingFiles }) => nWaitingFiles === 1);
  await t.rejects(engine.daqs.sync(id, { signal: AbortSignal.timeout(100) }), { name: 'TimeoutError' });
  const syncing = engine.daqs.sync(id);
  const awaited = await waitForDaq(engine, id, ({ isAwaited }) => isAwaited === true);
  t.match(awaited, { waitingFor: 'endless', waitingSince: Number }, 'the file that it waits for is told');
  void engine.daqs.stop('demo', source);
  const ended = stop();
  await t.rejects(syncing, { code: 'DM_COMMAND_FAILED' });
  stopWriting.abort();
  await writer;
  await ended;
});

void t.test('the counts of a Sync stay when the watcher tells of the same files again', async (t) => {
  // A fresh file is complete after the quiet time; the watcher reads a new directory a second time before.
  const { engine, source, id, sourceDirectory } = await running(t, {}, {}, { quietTimeMs: 400 });
  const outside = join(await sourceDirectory(), 'scan');
  const names = Array.from({ length: 50 }, (_, index) => `f${index}`);
  await writeFiles(outside, Object.fromEntries(names.map((name) => [name, name])));
  for (const name of names) await utimes(join(outside, name), 1000, 1000);
  await rename(outside, join(source, 'scan'));
  t.match(await engine.daqs.sync(id), { nCompletedFiles: 50, nWaitingFiles: 0 });
  const completed: number[] = [];
  engine.changes.on('daq', ({ nCompletedFiles = 0 }) => completed.push(nCompletedFiles));
  await writeFiles(source, { 'scan/late': 'x' });
  await waitForDaq(engine, id, ({ nCompletedFiles }) => nCompletedFiles === 51);
  t.ok(
    completed.every((count) => count >= 50),
    String(completed),
  );
});

void t.test('a file that is rewritten in place with the same size and time is taken again', async (t) => {
  const { engine, source, id, dataDirectory } = await running(t);
  const file = join(source, 'a');
  await writeFile(file, 'old');
  await utimes(file, 1000, 1000);
  await engine.daqs.sync(id);
  await writeFile(file, 'new');
  await utimes(file, 1000, 1000);
  await engine.daqs.sync(id);
  t.equal(await readFile(join(dataDirectory, 'a'), 'utf8'), 'new');
});
