import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { waitForDaq, waitForUpload } from '../port/wait-for.js';
import { writeFiles } from '../port/write-files.js';
import { temporaryEngine } from './temporary-engine.js';

void t.test('a DAQ that is stopped ends although new files go on appearing, and does not take those', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  const { id } = await engine.daqs.start('demo', source);
  const stopWriting = new AbortController();
  let nWritten = 0;
  const writer = (async () => {
    while (!stopWriting.signal.aborted) {
      await writeFile(join(source, `frame${String(nWritten++)}`), 'x');
      await delay(5);
    }
  })();
  await engine.catalog.waitForFile('demo', 'frame10');
  await engine.daqs.stop('demo', source);
  const atStop = nWritten;
  const ended = await waitForDaq(engine, id);
  stopWriting.abort();
  await writer;
  t.match(ended, { status: 'done', nProcessingErrors: 0, nWaitingFiles: 0 });
  for (let index = 0; index < atStop - 1; index++) await engine.catalog.getFile('demo', `frame${String(index)}`);
});

void t.test('a directory that is replaced by another leaves no file waiting for ever', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t, { rescanPeriodMs: 50, quietTimeMs: 700 });
  const source = join(await sourceDirectory(), 'source');
  await mkdir(source);
  await engine.experiments.add({ name: 'demo' });
  const { id } = await engine.daqs.start('demo', source);
  await writeFile(join(source, 'unfinished'), 'x');
  await waitForDaq(engine, id, ({ nWaitingFiles }) => nWaitingFiles === 1);
  await rename(source, `${source}.old`);
  await mkdir(source);
  await writeFile(join(source, 'next'), 'x');
  await engine.catalog.waitForFile('demo', 'next');
  t.match(await waitForDaq(engine, id, ({ nWaitingFiles }) => nWaitingFiles === 0), { nCompletedFiles: 1 });
  await engine.daqs.stop('demo', source);
  t.equal((await waitForDaq(engine, id)).status, 'done');
});

void t.test('a name that is no UTF-8 is told, never passed over', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t, { rescanPeriodMs: 50 });
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  const latin1 = (name: string): Buffer => Buffer.concat([Buffer.from(`${source}/`), Buffer.from(name, 'latin1')]);
  await writeFile(latin1('Größe.tif'), 'x');
  await mkdir(latin1('Prüfung'));
  await writeFile(latin1('Prüfung/a.tif'), 'x');
  await writeFiles(source, { 'fine.tif': 'x' });
  const upload = await waitForUpload(engine, (await engine.uploads.start('demo', source)).id);
  t.match(upload, { status: 'done', countFiles: 3, nCompletedFiles: 1, nProcessingErrors: 2 });
  t.match((upload.processingErrors as string[]).sort(), [
    /^Gr\ufffd+e\.tif: its name is not UTF-8.*rename/u,
    /^Pr\ufffd+fung: its name is not UTF-8/u,
  ]);
  const { id } = await engine.daqs.start('demo', source, { processExistingFiles: true });
  t.match(await waitForDaq(engine, id, ({ nProcessingErrors }) => nProcessingErrors === 2), { status: 'running' });
  await rename(latin1('Größe.tif'), join(source, 'Größe.tif'));
  await rename(latin1('Prüfung'), join(source, 'Prüfung'));
  await waitForDaq(
    engine,
    id,
    ({ nCompletedFiles, nProcessingErrors }) => nCompletedFiles === 3 && nProcessingErrors === 0,
  );
  await engine.daqs.stop('demo', source);
  t.match(await waitForDaq(engine, id), { status: 'done', countFiles: 3 });
});

void t.test('names with blanks, quotes, newlines, and letters in both their forms are kept as they are', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  const names = [
    'a b',
    ' leading and trailing ',
    `it's "quoted"`,
    'new\nline',
    'tab\there',
    'back\\slash',
    'star*?[x]{a,b}',
    '-rf',
    '$HOME `id` $(id)',
    'é composed',
    'e\u0301 composed',
    '日本語/\u{1F52C}',
    'x'.repeat(255),
    '%2e%2e',
    '#hash',
    '~tilde',
    'constructor',
    '__proto__',
  ];
  const { id } = await engine.daqs.start('demo', source);
  await writeFiles(source, Object.fromEntries(names.map((name) => [name, name])));
  await engine.daqs.sync(id);
  const stored = (await engine.catalog.listFiles('demo')).map(({ experimentFilePath }) => experimentFilePath);
  t.same(stored.sort(), [...names].sort());
  await engine.daqs.stop('demo', source);
  t.match(await waitForDaq(engine, id), { status: 'done', nCompletedFiles: names.length, nProcessingErrors: 0 });
});

void t.test('sync does not succeed on a directory that can not be read', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = join(await sourceDirectory(), 'source');
  await mkdir(source);
  await engine.experiments.add({ name: 'demo' });
  const { id } = await engine.daqs.start('demo', source);
  await rename(source, `${source}.away`);
  await t.rejects(engine.daqs.sync(id), { code: 'DM_COMMAND_FAILED', message: /source: .*ENOENT/u });
  await rename(`${source}.away`, source);
  await engine.daqs.sync(id);
  await engine.daqs.stop('demo', source);
  await waitForDaq(engine, id);
});

void t.test('a writer that replaces a file by renaming is followed, version by version', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t, { quietTimeMs: 20 });
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  const { id } = await engine.daqs.start('demo', source, { skipFilePathPattern: '*.tmp' });
  for (let version = 1; version <= 30; version++) {
    await writeFile(join(source, 'state.json.tmp'), 'v'.repeat(version));
    await rename(join(source, 'state.json.tmp'), join(source, 'state.json'));
    await delay(7);
  }
  await engine.daqs.sync(id);
  t.match(await engine.catalog.getFile('demo', 'state.json'), { fileSize: 30 });
  await engine.daqs.stop('demo', source);
  t.match(await waitForDaq(engine, id), { countFiles: 1, nProcessingErrors: 0 });
});

void t.test('directories that come and go while the tree is read are no errors', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t, { rescanPeriodMs: 1, quietTimeMs: 20 });
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  const { id } = await engine.daqs.start('demo', source);
  for (let index = 0; index < 200; index++) {
    await mkdir(join(source, 'a/b/c'), { recursive: true });
    await appendFile(join(source, 'kept'), 'x');
    await delay(1);
    await rm(join(source, 'a'), { recursive: true });
  }
  await engine.daqs.sync(id);
  t.match(await engine.daqs.get(id), { nProcessingErrors: 0, nWaitingFiles: 0, nCompletedFiles: 1 });
  await engine.daqs.stop('demo', source);
  await waitForDaq(engine, id);
});

void t.test(
  'a directory given through a symbolic link that leads elsewhere later is not taken for the old one',
  async (t) => {
    const { engine, sourceDirectory } = await temporaryEngine(t);
    const parent = await sourceDirectory();
    await mkdir(join(parent, 'monday'));
    await mkdir(join(parent, 'tuesday'));
    const current = join(parent, 'current');
    await symlink('monday', current);
    await engine.experiments.add({ name: 'demo' });
    const { id } = await engine.daqs.start('demo', current);
    t.equal((await engine.daqs.start('demo', join(parent, 'monday'))).id, id, 'by its other name it is the same');
    await rm(current);
    await symlink('tuesday', current);
    await t.rejects(engine.daqs.start('demo', current), {
      code: 'DM_INVALID_OBJECT_STATE',
      message: /monday.*stop it first/u,
    });
    await engine.daqs.stop('demo', join(parent, 'monday'));
    await waitForDaq(engine, id);
  },
);

void t.test('a DAQ of a link that is dangling at a restart goes on once it leads somewhere', async (t) => {
  const { engine: first, root, sourceDirectory } = await temporaryEngine(t);
  const parent = await sourceDirectory();
  await mkdir(join(parent, 'disk/data'), { recursive: true });
  await symlink('disk/data', join(parent, 'link'));
  await first.experiments.add({ name: 'demo' });
  const { id } = await first.daqs.start('demo', join(parent, 'link'));
  await first.close();
  await rename(join(parent, 'disk'), join(parent, 'unplugged'));
  const { engine } = await temporaryEngine(t, { root, rescanPeriodMs: 50 });
  await waitForDaq(engine, id, ({ errorMessage }) => errorMessage?.includes('ENOENT') === true);
  await writeFile(join(parent, 'unplugged/data/new'), 'x');
  await rename(join(parent, 'unplugged'), join(parent, 'disk'));
  await engine.catalog.waitForFile('demo', 'new', { signal: AbortSignal.timeout(300_000) });
  await engine.daqs.stop('demo', join(parent, 'link'));
  t.match(await waitForDaq(engine, id), { status: 'done', nCompletedFiles: 1, nProcessingErrors: 0 });
});

void t.test('a directory that can not be entered any more takes nothing but its own files with it', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t, { rescanPeriodMs: 50, quietTimeMs: 300 });
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  const { id } = await engine.daqs.start('demo', source);
  await writeFiles(source, { 'sub/a': 'x' });
  await waitForDaq(engine, id, ({ nWaitingFiles }) => nWaitingFiles === 1);
  await rename(join(source, 'sub'), `${source}.away`);
  await symlink('sub', join(source, 'sub'));
  t.teardown(() => rm(`${source}.away`, { recursive: true, force: true }));
  await waitForDaq(engine, id, ({ nWaitingFiles }) => nWaitingFiles === 0);
  await writeFiles(source, { b: 'x' });
  await engine.daqs.sync(id);
  t.match(await engine.daqs.get(id), { countFiles: 1, nCompletedFiles: 1, nProcessingErrors: 0 });
  await engine.daqs.stop('demo', source);
  await waitForDaq(engine, id);
});

void t.test('a storage that is gone fails the files, and the DAQ stores them when it is back', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t, { rescanPeriodMs: 50 });
  const source = await sourceDirectory();
  const { storageDirectory = '' } = await engine.experiments.add({ name: 'demo' });
  const { id } = await engine.daqs.start('demo', source);
  await rename(storageDirectory, `${storageDirectory}.away`);
  await writeFiles(source, { a: 'x' });
  t.match(await waitForDaq(engine, id, ({ nProcessingErrors }) => nProcessingErrors === 1), {
    errorMessage: /^a: .*demo/u,
  });
  await rename(`${storageDirectory}.away`, storageDirectory);
  t.match(await waitForDaq(engine, id, ({ nCompletedFiles }) => nCompletedFiles === 1), { nProcessingErrors: 0 });
  execFileSync('rm', ['-r', join(storageDirectory, 'system')]);
  await writeFiles(source, { b: 'x' });
  t.match(await waitForDaq(engine, id, ({ nCompletedFiles }) => nCompletedFiles === 2), { nProcessingErrors: 0 });
  await engine.daqs.stop('demo', source);
  await waitForDaq(engine, id);
});
