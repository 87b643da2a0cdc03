import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job, JobArguments, LocalDataManagement, Stage } from 'dm';
import t from 'tap';
import { waitForJob } from '../port/wait-for.js';
import { temporaryEngine } from './temporary-engine.js';

async function start(
  engine: LocalDataManagement,
  stages: Record<string, Stage>,
  extra: object = {},
  args: JobArguments = {},
): Promise<Job> {
  const name = `w${Math.random()}`;
  await engine.workflows.add({ name, owner: engine.owner, stages, ...extra });
  return await engine.jobs.start(engine.owner, name, { filePath: '/dev/null', ...args });
}

const children = (job: Job, stage: string): Record<string, unknown>[] =>
  Object.values(job.workflow?.stages?.[stage]?.childProcesses ?? {});

const OVER = 'Stage 1: it has reached its time limit of 0.2 s.';

void t.test('a stage that reaches its time limit is ended and fails the job, with the reason', async (t) => {
  const { engine } = await temporaryEngine(t);
  const { id } = await start(engine, {
    '1': { command: "trap '' TERM; echo begun; sleep 300 & setsid sleep 301 & wait; sleep 300", timeout: 0.2 },
    '2': { command: 'true' },
  });
  const job = await waitForJob(engine, id);
  t.match(job, { status: 'failed', stage: '1', errorMessage: OVER });
  t.match(children(job, '1'), [
    { status: 'failed', exitStatus: -9, stdOut: 'begun\n', stdErr: /time limit of 0\.2 s/u },
  ]);
  t.same(children(job, '2'), []);
});

void t.test('a stage that ends in time is not touched, nor is the next one', async (t) => {
  const { engine } = await temporaryEngine(t);
  const { id } = await start(engine, {
    '1': { command: 'true', timeout: 0.5 },
    '2': { command: 'sleep 0.7; echo late' },
  });
  t.match(await waitForJob(engine, id), { status: 'done', stage: '2' });
});

void t.test('the limit of a stage is that of all its processes and pauses', async (t) => {
  const { engine } = await temporaryEngine(t);
  const repeat = { repeatPeriod: 300, repeatUntil: '1 == 2', maxRepeats: 5 };
  const pausing = await start(engine, { '1': { command: 'true', timeout: 0.2, ...repeat } });
  const perFile = await start(
    engine,
    { '1': { command: 'sleep 0.15; true "$filePath"', timeout: 0.2 } },
    {},
    { filePath: '', filePathList: ['/a', '/b', '/c', '/d'] },
  );
  t.match(await waitForJob(engine, pausing.id), { status: 'failed', errorMessage: OVER });
  const job = await waitForJob(engine, perFile.id);
  t.match(job, { status: 'failed', errorMessage: OVER });
  t.equal(children(job, '1').at(-1)?.['status'], 'pending', 'no more are begun');
});

void t.test('a job has a limit over its stages, and those that have none the default', async (t) => {
  const { engine } = await temporaryEngine(t, { stageTimeoutS: 0.2 });
  const long = { command: 'sleep 300' };
  const whole = await start(engine, { '1': { command: 'true' }, '2': { ...long, timeout: 100 } }, { timeout: 0.3 });
  const byDefault = await start(engine, { '1': long });
  t.match(await waitForJob(engine, whole.id), {
    status: 'failed',
    stage: '2',
    errorMessage: 'Stage 2: the job has reached its time limit of 0.3 s.',
  });
  t.match(await waitForJob(engine, byDefault.id), { status: 'failed', errorMessage: OVER });
});

void t.test('time that passed under an earlier engine counts', async (t) => {
  const { engine, root } = await temporaryEngine(t);
  const { id } = await start(engine, { '1': { command: 'sleep 300', timeout: 2 } });
  await waitForJob(engine, id, ({ stage }) => stage === '1');
  await engine.close();
  const next = await temporaryEngine(t, { root });
  const job = await waitForJob(next.engine, id);
  t.match(job, { status: 'failed', errorMessage: /time limit of 2 s/u });
  t.ok((job.runTime ?? 0) < 4, `after ${job.runTime ?? 0} s`);
});

void t.test('what a process writes is shown while it runs, to its last bytes', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t, { outputTailBytes: 8 });
  const go = join(await sourceDirectory(), 'go');
  execFileSync('mkfifo', [go]);
  const { id } = await start(
    engine,
    { '1': { command: 'echo a long line; echo e >&2; read word < "$go"; echo "$word"' } },
    {},
    { go },
  );
  const isShown = (job: Job): boolean => children(job, '1')[0]?.['stdOut'] !== undefined;
  t.match(children(await waitForJob(engine, id, isShown), '1'), [
    { status: 'running', stdOut: 'ng line\n', stdErr: 'e\n' },
  ]);
  await writeFile(go, 'word\n');
  t.match(children(await waitForJob(engine, id), '1'), [{ status: 'done', stdOut: 'ne\nword\n' }]);
});

void t.test('a program that writes without end is told of a few times a second only', async (t) => {
  const { engine } = await temporaryEngine(t, { outputTailBytes: 1000 });
  let told = 0;
  engine.changes.on('job', () => told++);
  const { id } = await start(engine, { '1': { command: 'yes abcdefghij', timeout: 1.5 } });
  const job = await waitForJob(engine, id);
  t.match(job, { status: 'failed' });
  t.equal(String(children(job, '1')[0]?.['stdOut']).length, 1000);
  t.ok(told > 3 && told < 25, `${told} times in 1.5 s`);
});
