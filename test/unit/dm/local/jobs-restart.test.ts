import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Job, JobArguments, LocalDataManagement, LocalOptions, Stage } from 'dm';
import t from 'tap';
import { EngineChild } from '../../../stress/engine-child.js';
import { temporaryDirectory } from '../port/temporary-directory.js';
import { waitForJob } from '../port/wait-for.js';
import { COUNTED_LINES, countedArguments, countedLines, countedWorkflow } from './counted-job.js';
import { temporaryEngine } from './temporary-engine.js';

type Test = Parameters<typeof temporaryEngine>[0];

interface Place {
  readonly root: string;
  readonly directory: string;
  /** A path in a directory of its own. */
  readonly path: (name: string) => string;
}

async function place(t: Test): Promise<Place> {
  const directory = await temporaryDirectory(t);
  return { root: join(directory, 'dm-data'), directory, path: (name) => join(directory, name) };
}

async function startJob(
  engine: LocalDataManagement,
  stages: Record<string, Stage>,
  args: JobArguments = {},
): Promise<Job> {
  const name = `w${Math.random()}`;
  await engine.workflows.add({ name, owner: engine.owner, stages });
  return await engine.jobs.start(engine.owner, name, { filePath: '/dev/null', ...args });
}

const child = (job: Job, stage: string, index = -1): Record<string, unknown> | undefined =>
  Object.values(job.workflow?.stages?.[stage]?.childProcesses ?? {}).at(index);

const lines = (file: string): string[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []);

/** Where a runner keeps what it knows of a job's process. */
const statusFile = (root: string, job: Job, process = '0'): string => join(root, 'jobs', job.id, process, 'status');

const runnerOf = (root: string, job: Job): number =>
  Number(/^started (\d+)/u.exec(readFileSync(statusFile(root, job), 'utf8'))?.[1]);

/** Waits for a line that a job writes when it has come so far; a job says nothing of the middle of a command. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Runs until `$go` is there, and leaves a line in `$log` at its start and one at its end. */
const WAITING = 'echo begin >> "$log"; while [ ! -e "$go" ]; do sleep 0.02; done; echo end >> "$log"; echo "n=17"';

async function closedWhileRunning(
  t: Test,
  stages: Record<string, Stage>,
  args: JobArguments = {},
): Promise<
  Place & { job: Job; log: string; go: () => void; reopen: (o?: Partial<LocalOptions>) => Promise<LocalDataManagement> }
> {
  const where = await place(t);
  const { engine } = await temporaryEngine(t, { root: where.root });
  const log = where.path('log');
  const job = await startJob(engine, stages, { log, go: where.path('go'), ...args });
  await until(() => lines(log).length === 1);
  await waitForJob(engine, job.id, ({ stage }) => stage !== undefined);
  await engine.close();
  return {
    ...where,
    job,
    log,
    go: () => {
      writeFileSync(where.path('go'), '');
    },
    reopen: async (options = {}) => (await temporaryEngine(t, { root: where.root, ...options })).engine,
  };
}

void t.test('a job that runs while the engine is closed goes on under the next one, with its variables', async (t) => {
  const { job, log, go, reopen } = await closedWhileRunning(t, {
    '1': { command: WAITING, outputVariableRegexList: ['n=(?P<n>\\d+)'] },
    '2': { command: 'echo "second $n" >> "$log"' },
  });
  const engine = await reopen();
  const taken = await engine.jobs.get(engine.owner, job.id);
  t.match(taken, { status: 'running', stage: '1', workflow: { stages: { '1': { nRunningChildProcesses: 1 } } } });
  t.match(child(taken, '1'), { status: 'running', childProcessNumber: 0 });
  go();
  const done = await waitForJob(engine, job.id);
  t.match(done, {
    status: 'done',
    n: '17',
    workflow: { stages: { '1': { nCompletedChildProcesses: 1, nRunningChildProcesses: 0 } } },
  });
  t.match(child(done, '1'), { status: 'done', exitStatus: 0, stdOut: 'n=17\n' });
  t.match(child(done, '2'), { status: 'done', childProcessNumber: 1 });
  t.same(lines(log), ['begin', 'end', 'second 17']);
});

void t.test('a process that ended while no engine was there has the end time at which it ended', async (t) => {
  const { root, job, log, go, reopen } = await closedWhileRunning(t, { '1': { command: `${WAITING}; exit 3` } });
  go();
  await until(() => /^exit 3$/mu.test(readFileSync(statusFile(root, job), 'utf8')));
  const beforeOpen = Date.now() / 1000;
  const engine = await reopen();
  const failed = await waitForJob(engine, job.id);
  t.match(failed, { status: 'failed', stage: '1' });
  const { exitStatus, endTime, startTime, runTime } = child(failed, '1') ?? {};
  t.equal(exitStatus, 3);
  t.ok(Number(endTime) <= beforeOpen + 0.01 && Number(endTime) >= Number(startTime), 'the time of the exit file');
  t.ok(Math.abs(Number(runTime) - (Number(endTime) - Number(startTime))) < 1e-3);
  t.same(lines(log), ['begin', 'end']);
});

void t.test('two restarts in a row, and one that is cut off at once, change nothing', async (t) => {
  const { job, log, go, reopen } = await closedWhileRunning(t, {
    '1': { command: WAITING },
    '2': { command: 'echo 2 >> "$log"' },
  });
  for (let round = 0; round < 2; round++) await (await reopen()).close();
  const engine = await reopen();
  go();
  t.match(await waitForJob(engine, job.id), { status: 'done' });
  t.same(lines(log), ['begin', 'end', '2']);
});

void t.test(
  'an abort reaches a process that an earlier engine started, and one that was asked for before the restart goes on',
  async (t) => {
    const { root, job, log, reopen } = await closedWhileRunning(t, {
      '1': { command: WAITING },
      '2': { command: 'echo 2 >> "$log"' },
    });
    const runner = runnerOf(root, job);
    const engine = await reopen();
    t.equal((await engine.jobs.stop(engine.owner, job.id)).status, 'aborting');
    const ended = await waitForJob(engine, job.id);
    t.match(ended, { status: 'aborted', stage: '1' });
    t.match(child(ended, '1'), { status: 'aborted', exitStatus: -15 });
    t.notOk(existsSync(`/proc/${runner}/root`), 'the runner has ended');

    const stubborn = await closedWhileRunning(t, { '1': { command: `trap '' TERM; ${WAITING}` } });
    const raw = new DatabaseSync(join(stubborn.root, 'dm.sqlite'));
    raw.exec(`UPDATE jobs SET document = json_set(document, '$.status', 'aborting')`);
    raw.close();
    const second = await stubborn.reopen();
    const aborted = await waitForJob(second, stubborn.job.id);
    t.match(aborted, { status: 'aborted' });
    t.match(child(aborted, '1'), { status: 'aborted', exitStatus: -9 });
    t.same(lines(log), ['begin']);
  },
);

void t.test('a job that is taken up counts for the limits', async (t) => {
  const { job, go, reopen } = await closedWhileRunning(t, { '1': { command: WAITING } });
  const engine = await reopen({ maxJobs: 1 });
  const next = await startJob(engine, { '1': { command: 'true' } });
  const order: string[] = [];
  engine.changes.on('job', ({ id, status }) => {
    if (status === 'done' || status === 'running') order.push(`${id === job.id ? 'first' : 'next'} ${status}`);
  });
  t.equal((await engine.jobs.get(engine.owner, next.id)).status, 'pending');
  go();
  await waitForJob(engine, next.id);
  t.ok(order.indexOf('first done') < order.indexOf('next running'), order.join());
});

void t.test('a job whose runner was killed fails with the reason, and what it ran is ended', async (t) => {
  const { root, job, log, go, reopen } = await closedWhileRunning(t, {
    '1': { command: WAITING },
    '2': { command: 'echo 2 >> "$log"' },
  });
  process.kill(runnerOf(root, job), 'SIGKILL');
  const engine = await reopen();
  const failed = await waitForJob(engine, job.id);
  t.match(failed, {
    status: 'failed',
    stage: '1',
    errorMessage: /^Stage 1: it is not known how process 0 ended: the runner that held it was killed/u,
  });
  t.match(child(failed, '1'), { status: 'failed', exitStatus: null, stdErr: /runner that held it was killed/u });
  go();
  const left = execFileSync('sh', ['-c', `grep -lzx "DM_JOB_ID=${job.id}" /proc/[0-9]*/environ 2>/dev/null || true`]);
  t.equal(String(left), '', 'no process of the job is left');
  t.same(lines(log), ['begin']);
});

void t.test(
  'a runner that is killed while the engine looks on fails the job, too, before and after a restart',
  async (t) => {
    const { engine, root, sourceDirectory } = await temporaryEngine(t);
    const log = join(await sourceDirectory(), 'log');
    const job = await startJob(engine, { '1': { command: WAITING } }, { log, go: '/nowhere' });
    await until(() => lines(log).length === 1);
    process.kill(runnerOf(root, job), 'SIGKILL');
    t.match(await waitForJob(engine, job.id), { status: 'failed', errorMessage: /runner that held it was killed/u });
    const other = await closedWhileRunning(t, { '1': { command: WAITING } });
    const next = await other.reopen();
    process.kill(runnerOf(other.root, other.job), 'SIGKILL');
    t.match(await waitForJob(next, other.job.id), {
      status: 'failed',
      errorMessage: /runner that held it was killed/u,
    });
  },
);

void t.test(
  'a process number that another program has now, and one of another boot, are not taken for the runner',
  async (t) => {
    for (const [boot, reason] of [
      ['', /runner that held it was killed/u],
      ['11111111-2222-3333-4444-555555555555', /machine was restarted/u],
    ] as const) {
      const { root, job, reopen } = await closedWhileRunning(t, { '1': { command: WAITING } });
      const status = readFileSync(statusFile(root, job), 'utf8');
      process.kill(-runnerOf(root, job), 'SIGKILL');
      // This test itself stands for the program that has the number.
      const reused = status.replace(
        /^started \d+ (\S+)/u,
        (_all, own: string) => `started ${process.pid} ${boot === '' ? own : boot}`,
      );
      writeFileSync(statusFile(root, job), reused);
      const engine = await reopen();
      t.match(await waitForJob(engine, job.id), { status: 'failed', errorMessage: reason });
    }
  },
);

void t.test('an exit status that is there counts, although the database says running', async (t) => {
  const { root, job, log, go, reopen } = await closedWhileRunning(t, {
    '1': { command: WAITING },
    '2': { command: 'echo 2 >> "$log"' },
  });
  go();
  await until(() => readFileSync(statusFile(root, job), 'utf8').includes('\nexit 0\n'));
  const engine = await reopen();
  t.match(await waitForJob(engine, job.id), { status: 'done' });
  t.same(lines(log), ['begin', 'end', '2']);
});

void t.test('a job whose directory has vanished fails with the reason, and does not run again', async (t) => {
  const { root, job, log, reopen } = await closedWhileRunning(t, { '1': { command: WAITING } });
  rmSync(join(root, 'jobs'), { recursive: true });
  const engine = await reopen();
  t.match(await waitForJob(engine, job.id), { status: 'failed', errorMessage: /its output and exit status is gone/u });
  t.same(lines(log), ['begin']);
});

void t.test('a directory that vanishes under a process loses its output, not its exit status', async (t) => {
  const { engine, root, sourceDirectory } = await temporaryEngine(t);
  const directory = await sourceDirectory();
  const [log, go] = [join(directory, 'log'), join(directory, 'go')];
  const job = await startJob(engine, { '1': { command: WAITING }, '2': { command: 'echo 2 >> "$log"' } }, { log, go });
  await until(() => lines(log).length === 1);
  rmSync(join(root, 'jobs'), { recursive: true });
  writeFileSync(go, '');
  t.match(await waitForJob(engine, job.id), { status: 'done' });
  t.same(lines(log), ['begin', 'end', '2']);
});

void t.test(
  'a process that was recorded and never started runs under the next engine, once, and a late runner is refused',
  async (t) => {
    const { root, job, log, go, reopen } = await closedWhileRunning(t, { '1': { command: WAITING } });
    // As if the engine had been killed between the record and the runner's first word.
    const arguments_ = readFileSync(`/proc/${runnerOf(root, job)}/cmdline`, 'utf8')
      .split('\0')
      .slice(0, -1);
    process.kill(-runnerOf(root, job), 'SIGKILL');
    rmSync(statusFile(root, job));
    rmSync(log);
    const engine = await reopen();
    await until(() => lines(log).length === 1);
    const [shell = '', ...rest] = arguments_;
    const late = spawnSync(shell, rest, { env: { ...process.env, log }, stdio: 'ignore' });
    t.equal(late.status, 125);
    t.same(readdirSync(join(root, 'jobs', job.id)).sort(), ['0', '0.2']);
    go();
    t.match(await waitForJob(engine, job.id), { status: 'done' });
    t.same(lines(log), ['begin', 'end']);
  },
);

void t.test('the pause of a repetition and its count go on after a restart', async (t) => {
  const where = await place(t);
  const { engine: first } = await temporaryEngine(t, { root: where.root });
  const log = where.path('log');
  const repeating: Stage = {
    command: 'echo r >> "$log"; echo "n=$(grep -c r "$log")"',
    outputVariableRegexList: ['n=(?P<n>\\d+)'],
    repeatPeriod: 0.4,
    repeatUntil: '"$n" == "9"',
    maxRepeats: 3,
  };
  const job = await startJob(first, { '1': repeating }, { log });
  await waitForJob(first, job.id, (one) => child(one, '1')?.['childProcessNumber'] === 1);
  await first.close();
  const { engine } = await temporaryEngine(t, { root: where.root });
  const failed = await waitForJob(engine, job.id);
  t.match(failed, { status: 'failed', errorMessage: /still false after 3 repeats/u });
  t.same(lines(log), ['r', 'r', 'r']);
});

void t.test('the files of a job are those that it began with, also after a restart', async (t) => {
  const where = await place(t);
  const source = where.path('source');
  execFileSync('mkdir', [source]);
  for (const name of ['a', 'b', 'c']) writeFileSync(join(source, name), '');
  const { engine: first } = await temporaryEngine(t, { root: where.root });
  const [log, go] = [where.path('log'), where.path('go')];
  const command = 'echo "$filePath" >> "$log"; while [ ! -e "$go" ]; do sleep 0.02; done';
  const job = await startJob(first, { '1': { command } }, { filePath: '', dataDir: source, log, go });
  await until(() => lines(log).length === 1);
  await first.close();
  writeFileSync(join(source, '0-new'), '');
  rmSync(join(source, 'c'));
  writeFileSync(go, '');
  const { engine } = await temporaryEngine(t, { root: where.root });
  t.match(await waitForJob(engine, job.id), { status: 'done', countFiles: 3 });
  t.same(
    lines(log),
    ['a', 'b', 'c'].map((name) => join(source, name)),
  );
});

void t.test('nothing of a job that has ended is left in the directory of jobs', async (t) => {
  const { root, job, go, reopen } = await closedWhileRunning(t, { '1': { command: WAITING } });
  execFileSync('mkdir', ['-p', join(root, 'jobs', 'of-a-job-that-is-gone', '0')]);
  go();
  const engine = await reopen();
  await waitForJob(engine, job.id);
  await until(() => readdirSync(join(root, 'jobs')).length === 0);
  t.pass();
});

void t.test('after kill -9 of the engine in each kind of stage, every process has run once', async (t) => {
  const { root, path } = await place(t);
  const file = path('jobs.json');
  const logs = [path('log0'), path('log1')];
  writeFileSync(
    file,
    JSON.stringify({ workflow: countedWorkflow('tester'), jobs: logs.map((log) => countedArguments(log, 0.05)) }),
  );
  for (let kill = 0; kill < 6; kill++) {
    const engine = new EngineChild(kill === 0 ? [root, 'jobs', file] : [root, 'idle']);
    // Somewhere in the stage that has just begun.
    const seen = logs.flatMap(lines).length;
    await engine.line((line) => 'ready' in line);
    await until(() => logs.flatMap(lines).length >= Math.min(seen + 3, 22));
    await engine.kill();
  }
  const { engine } = await temporaryEngine(t, { root, owner: 'tester' });
  for (const { id } of await engine.jobs.list('tester')) {
    const job = await waitForJob(engine, id);
    t.match(job, { status: 'done', count: '3', stage: '6-LAST', countFiles: 3 });
    t.same(countedLines(String(job['log']), job['token']), COUNTED_LINES);
  }
});
