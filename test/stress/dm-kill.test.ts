import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { temporaryDirectory } from '../unit/dm/port/temporary-directory.js';
import { waitForJob, waitForUpload } from '../unit/dm/port/wait-for.js';
import { writeFiles } from '../unit/dm/port/write-files.js';
import { temporaryEngine } from '../unit/dm/local/temporary-engine.js';
import { EngineChild } from './engine-child.js';

const N_FILES = 2000;
const content = (index: number): Buffer => Buffer.alloc(2000 + index, `file ${index} `);
const isStored = (line: object): boolean => 'stored' in line;
const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

void t.test('kill -9 in the middle of an upload loses nothing that was reported and shows no half file', async (t) => {
  const source = await temporaryDirectory(t);
  const root = join(await temporaryDirectory(t), 'dm-data');
  await writeFiles(
    source,
    Object.fromEntries(Array.from({ length: N_FILES }, (_, index) => [`d${index % 7}/f${index}`, content(index)])),
  );
  const reported: Readonly<Record<string, unknown>>[] = [];
  for (let round = 0; round < 3; round++) {
    const child = new EngineChild(round === 0 ? [root, 'upload', source] : [root, 'idle']);
    // The first rounds are cut off early, while most of the work is left.
    await child.count(1 + round * 100, isStored);
    await child.kill();
    reported.push(...child.lines.filter(isStored));
    const data = join(root, 'experiments/demo/data');
    for (const path of await filesBelow(data)) {
      const [copy, original] = await Promise.all([readFile(join(data, path)), readFile(join(source, path))]);
      if (!copy.equals(original)) t.fail(`${path} is visible but not whole`);
    }
    if (reported.length >= N_FILES) break;
  }
  const { engine } = await temporaryEngine(t, { root });
  for (const { stored, md5Sum } of reported) {
    const path = String(stored);
    const file = await engine.catalog.getFile('demo', path);
    if (file.md5Sum !== md5Sum) t.fail(`${path} was reported with another checksum`);
  }
  t.ok(reported.length > 0, `${reported.length} files were reported before the kills`);
  const upload = (await engine.uploads.list())[0];
  t.match(await waitForUpload(engine, upload?.id ?? ''), { status: 'done', nProcessingErrors: 0 });
  const files = await engine.catalog.listFiles('demo');
  t.equal(files.length, N_FILES, 'the upload went on to its end');
  for (const { experimentFilePath, md5Sum } of files) {
    const index = Number(/f(\d+)$/u.exec(experimentFilePath)?.[1]);
    if (md5Sum !== md5(content(index))) t.fail(experimentFilePath);
  }
  t.same(await filesBelow(join(root, 'experiments/demo/system/staging')), [], 'unfinished copies are cleared away');
});

void t.test('kill -9 in the middle of a large file leaves nothing of it, and the restart stores it', async (t) => {
  const source = await temporaryDirectory(t);
  const root = join(await temporaryDirectory(t), 'dm-data');
  execFileSync('sh', ['-c', 'head -c 400000000 /dev/urandom > large'], { cwd: source });
  const child = new EngineChild([root, 'upload', source]);
  await child.line((line) => 'started' in line);
  const staging = join(root, 'experiments/demo/system/staging');
  while ((await filesBelow(staging)).length === 0) await delay(1);
  await child.kill();
  t.same(child.lines.filter(isStored), []);
  t.same(await filesBelow(join(root, 'experiments/demo/data')), []);
  const { engine } = await temporaryEngine(t, { root });
  const upload = (await engine.uploads.list())[0];
  t.match(await waitForUpload(engine, upload?.id ?? ''), { status: 'done', nCompletedFiles: 1 });
  execFileSync('cmp', [join(source, 'large'), join(root, 'experiments/demo/data/large')]);
});

void t.test('after kill -9 a running job goes on with the same process, and an abort still reaches it', async (t) => {
  const root = join(await temporaryDirectory(t), 'dm-data');
  const child = new EngineChild([root, 'job']);
  const { job } = await child.line(({ stage }) => stage === '01-SLEEP');
  const processes = (): string =>
    execFileSync('sh', ['-c', `grep -lzx "DM_JOB_ID=${String(job)}" /proc/[0-9]*/environ 2>/dev/null || true`], {
      encoding: 'utf8',
    });
  while (processes().split('\n').length < 4) await delay(5);
  await child.kill();
  const before = processes();
  const { engine } = await temporaryEngine(t, { root, owner: 'tester' });
  t.equal(processes(), before);
  t.match(await engine.jobs.get('tester', String(job)), { status: 'running', stage: '01-SLEEP' });
  await engine.jobs.stop('tester', String(job));
  const aborted = await waitForJob(engine, String(job));
  t.match(aborted, { status: 'aborted' });
  t.equal(processes(), '');
});

void t.test('after kill -9 a DAQ goes on and takes what came meanwhile', async (t) => {
  const source = await temporaryDirectory(t);
  const root = join(await temporaryDirectory(t), 'dm-data');
  await writeFiles(source, { before: '1' });
  const child = new EngineChild([root, 'daq', source]);
  await child.line(isStored);
  await child.kill();
  await writeFiles(source, { meanwhile: '2' });
  const { engine } = await temporaryEngine(t, { root });
  await engine.catalog.waitForFile('demo', 'meanwhile');
  t.match((await engine.daqs.list())[0], { status: 'running', experimentName: 'demo' });
  await engine.daqs.stop('demo', source);
});

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}
