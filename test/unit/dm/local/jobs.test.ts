import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Job, JobArguments, LocalDataManagement, Stage } from 'dm';
import t from 'tap';
import { waitForJob } from '../port/wait-for.js';
import { writeFiles } from '../port/write-files.js';
import { temporaryEngine } from './temporary-engine.js';

async function start(
  engine: LocalDataManagement,
  stages: Record<string, Stage>,
  args: JobArguments = {},
  extra: object = {},
): Promise<Job> {
  const name = `w${Math.random()}`;
  await engine.workflows.add({ name, owner: engine.owner, stages, ...extra });
  return await engine.jobs.start(engine.owner, name, { filePath: '/dev/null', ...args });
}

const child = (job: Job, stage: string, index = -1): Record<string, unknown> | undefined =>
  Object.values(job.workflow?.stages?.[stage]?.childProcesses ?? {}).at(index);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function ended(pid: number): Promise<boolean> {
  for (let waited = 0; waited < 3000 && isAlive(pid); waited += 10) await delay(10);
  return !isAlive(pid);
}

void t.test('stages run in the order of their keys sorted as strings', async (t) => {
  const { engine } = await temporaryEngine(t);
  const order = '(?P<order>.*)';
  const stage = (name: string): Stage => ({ command: `echo "\${order}${name}"`, outputVariableRegexList: [order] });
  const { id } = await start(engine, { '2': stage('2'), '10': stage('10'), b: stage('b'), B: stage('B') });
  t.equal((await waitForJob(engine, id))['order'], '102Bb');
});

void t.test('an aborted job takes its whole process group with it, also one that ignores TERM', async (t) => {
  const { engine } = await temporaryEngine(t);
  const { id } = await start(
    engine,
    {
      '1': { command: 'trap \'\' TERM; echo $$ > "$pidFile"; (sleep 300 & sleep 300) & while :; do sleep 0.05; done' },
    },
    {
      pidFile: join(await temporaryPidFile(t), 'pid'),
    },
  );
  const job = await waitForJob(engine, id, ({ stage }) => stage === '1');
  const pid = await pidOf(String(job['pidFile']));
  await engine.jobs.stop(engine.owner, id);
  const aborted = await waitForJob(engine, id);
  t.match(aborted, { status: 'aborted', stage: '1' });
  t.match(child(aborted, '1'), { status: 'aborted', exitStatus: -9 });
  t.ok(await ended(pid));
  t.ok(await ended(-pid), 'nothing of the group is left');
});

void t.test('what a stage left in the background ends with the job', async (t) => {
  const { engine } = await temporaryEngine(t);
  const { id } = await start(engine, {
    '1': { command: 'sleep 300 >/dev/null 2>&1 & echo $!', outputVariableRegexList: ['(?P<pid>\\d+)'] },
    '2': { command: 'kill -0 $pid && echo alive' },
  });
  const job = await waitForJob(engine, id);
  t.match(child(job, '2'), { stdOut: 'alive\n' }, 'a later stage still has it');
  t.ok(await ended(Number(job['pid'])));
});

void t.test('a background process that keeps the output open does not hold up the job', async (t) => {
  const { engine } = await temporaryEngine(t);
  const { id } = await start(engine, { '1': { command: 'sleep 300 & echo started' } });
  const job = await waitForJob(engine, id);
  t.match(job, { status: 'done' });
  t.ok((job.runTime ?? 99) < 10);
});

void t.test('output is kept to its last bytes', async (t) => {
  const { engine } = await temporaryEngine(t, { outputTailBytes: 1000 });
  const { id } = await start(engine, { '1': { command: 'seq 1 20000; echo error >&2' } });
  const { stdOut, stdErr, omittedOutputBytes } = child(await waitForJob(engine, id), '1') ?? {};
  t.ok(String(stdOut).endsWith('19999\n20000\n'));
  t.equal(String(stdOut).length, 1000);
  t.equal(stdErr, 'error\n');
  t.ok(Number(omittedOutputBytes) > 100_000);
});

void t.test('workingDir is where a stage runs; one that is missing is named', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const directory = await sourceDirectory();
  await writeFiles(directory, { 'sub/x': '' });
  const { id } = await start(
    engine,
    { '1': { command: 'pwd', workingDir: '$base/sub' }, '2': { command: 'pwd', workingDir: '/nowhere' } },
    { base: directory },
  );
  const job = await waitForJob(engine, id);
  t.match(child(job, '1'), { stdOut: `${directory}/sub\n`, workingDir: `${directory}/sub` });
  t.match(job, { status: 'failed', stage: '2' });
  t.match(child(job, '2'), { stdErr: /\/nowhere is not a directory/u });
});

void t.test('a repetition that ends in vain fails the stage, with the reason', async (t) => {
  const { engine } = await temporaryEngine(t);
  const { id } = await start(engine, {
    '1': {
      command: 'echo 1',
      outputVariableRegexList: ['(?P<n>.*)'],
      repeatPeriod: 0.02,
      repeatUntil: '"$n" == "2"',
      maxRepeats: 3,
    },
  });
  const job = await waitForJob(engine, id);
  t.match(job, { status: 'failed', stage: '1', errorMessage: /still false after 3 repeats/u });
  t.equal(Object.keys(job.workflow?.stages?.['1']?.childProcesses ?? {}).length, 3);
});

void t.test('an expression over a variable that the job lacks fails the job, and names it', async (t) => {
  const { engine } = await temporaryEngine(t);
  const { id } = await start(engine, { '1': { command: 'true', runIf: '"$machine" == "x"' } });
  t.match(await waitForJob(engine, id), { status: 'failed', stage: '1', errorMessage: /\$machine/u });
});

void t.test('a job of several files runs a stage for each, counts its processes, and stops at a failure', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const directory = await sourceDirectory();
  await writeFiles(directory, { 'a.h5': '', 'b.h5': '', 'c.txt': '' });
  const stages = { '1': { command: 'basename "$filePath"' }, '2': { command: 'echo once' } };
  const byPattern = await start(engine, stages, { filePath: undefined, filePathPattern: '*.h5', dataDir: directory });
  const job = await waitForJob(engine, byPattern.id);
  t.match(job, {
    status: 'done',
    countFiles: 2,
    workflow: { stages: { '1': { nCompletedChildProcesses: 2, nQueuedChildProcesses: 0, nRunningChildProcesses: 0 } } },
  });
  t.match(child(job, '1', 0), { command: `basename "${directory}/a.h5"`, stdOut: 'a.h5\n' });
  const byDirectory = await waitForJob(engine, (await start(engine, stages, { filePath: '', dataDir: directory })).id);
  t.match(byDirectory, { status: 'done', countFiles: 3 });
  const failing = await start(
    engine,
    { '1': { command: 'test "$filePath" != b' } },
    { filePath: '', filePathList: 'a,b,c' },
  );
  t.match(await waitForJob(engine, failing.id), {
    status: 'failed',
    workflow: { stages: { '1': { nCompletedChildProcesses: 1, nFailedChildProcesses: 1, nQueuedChildProcesses: 1 } } },
  });
  const none = await start(engine, stages, { filePath: '', filePathPattern: '*.nothing', dataDir: directory });
  t.match(await waitForJob(engine, none.id), { status: 'failed', errorMessage: /matches no file/u });
});

void t.test('a job finds its files by a query of the catalogue', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  await writeFiles(source, { 'a/x.h5': 'one', 'b/x.h5': 'two', y: 'x' });
  const { id: uploadId } = await engine.uploads.start('demo', source);
  await Promise.all(['a/x.h5', 'b/x.h5', 'y'].map((path) => engine.catalog.waitForFile('demo', path)));
  t.type(uploadId, 'string');
  const { id } = await start(
    engine,
    { '1': { command: 'cat "$filePath"' } },
    { filePath: '', experimentName: 'demo', fileQueryDict: { fileName: 'x.h5' } },
  );
  const job = await waitForJob(engine, id);
  t.match(job, { status: 'done', countFiles: 2 });
  t.equal(child(job, '1', 0)?.['stdOut'], 'one');
});

void t.test('every job, stage and status is told, in order, and what was told never changes', async (t) => {
  const { engine } = await temporaryEngine(t);
  const seen: Job[] = [];
  engine.changes.on('job', (job) => seen.push(job));
  const { id } = await start(engine, { a: { command: 'true' }, b: { command: 'true' } });
  await waitForJob(engine, id);
  const steps = seen.map(({ status, stage }) => `${status} ${stage ?? '-'}`);
  t.same(
    steps.filter((step, index) => step !== steps[index - 1]),
    ['pending -', 'running -', 'running a', 'running b', 'done b'],
  );
  t.notOk(seen[0]?.stage);
  t.same(seen.at(-1), await engine.jobs.get(engine.owner, id), 'the last one told is what is kept');
});

void t.test('a listener that throws does not disturb the job', async (t) => {
  const { engine } = await temporaryEngine(t);
  const bad = (): never => {
    throw new Error('a mistake of the listener');
  };
  engine.changes.on('job', bad);
  const { id } = await start(engine, { '1': { command: 'true' } });
  t.match(await waitForJob(engine, id), { status: 'done' });
});

void t.test('maxJobs limits all jobs together, and a pending one can be stopped', async (t) => {
  const { engine } = await temporaryEngine(t, { maxJobs: 1 });
  const first = await start(engine, { '1': { command: 'sleep 60' } });
  const second = await start(engine, { '1': { command: 'true' } });
  const third = await start(engine, { '1': { command: 'true' } });
  await waitForJob(engine, first.id, ({ status }) => status === 'running');
  t.equal((await engine.jobs.get(engine.owner, second.id)).status, 'pending');
  t.equal((await engine.jobs.stop(engine.owner, second.id)).status, 'aborted');
  await engine.jobs.stop(engine.owner, first.id);
  t.equal((await waitForJob(engine, third.id)).status, 'done');
  t.notOk('startTime' in (await engine.jobs.get(engine.owner, second.id)));
});

void t.test('closing the engine ends no process, ending its jobs ends every one', async (t) => {
  const { engine: first, root, sourceDirectory } = await temporaryEngine(t);
  const directory = await sourceDirectory();
  const { id } = await start(
    first,
    { '1': { command: 'echo $$ > "$pidFile"; sleep 300 & wait' } },
    { pidFile: join(directory, 'pid') },
  );
  await waitForJob(first, id, ({ stage }) => stage === '1');
  const pid = await pidOf(join(directory, 'pid'));
  await first.close();
  t.ok(isAlive(pid));
  const { engine } = await temporaryEngine(t, { root });
  await engine.endJobs('No more of this.');
  t.match(await engine.jobs.get(engine.owner, id), { status: 'aborted', errorMessage: 'No more of this.' });
  t.ok(await ended(pid));
});

void t.test('run times are those that passed, although the clock is set meanwhile', async (t) => {
  const { engine } = await temporaryEngine(t);
  const { now } = Date;
  t.teardown(() => (Date.now = now));
  const { id } = await start(engine, { '1': { command: 'true' }, '2': { command: 'true' } });
  await waitForJob(engine, id, ({ status }) => status === 'running');
  Date.now = () => now() + 172_800_000;
  const job = await waitForJob(engine, id);
  t.match(job, { status: 'done' });
  t.ok(Number(job.runTime) < 3600, `${job.runTime} s`);
  t.ok(Number(child(job, '1')?.['runTime']) < 3600);
});

void t.test('arguments too long for an environment fail the stage with a reason', async (t) => {
  const { engine } = await temporaryEngine(t);
  const { id } = await start(engine, { '1': { command: 'true' } }, { text: 'x'.repeat(3_000_000) });
  const job = await waitForJob(engine, id);
  t.match(job, { status: 'failed', stage: '1' });
  t.match(child(job, '1'), { stdErr: /could not be started.*too long/su });
});

async function pidOf(file: string): Promise<number> {
  for (let waited = 0; waited < 5000; waited += 10) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('\n')) return Number(text);
    await delay(10);
  }
  throw new Error(`${file} was not written`);
}

async function temporaryPidFile(t: Parameters<typeof temporaryEngine>[0]): Promise<string> {
  return await (await temporaryEngine(t)).sourceDirectory();
}
