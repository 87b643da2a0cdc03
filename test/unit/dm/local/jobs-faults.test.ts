import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Job, JobArguments, LocalDataManagement, Stage } from 'dm';
import t from 'tap';
import { waitForJob } from '../port/wait-for.js';
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

const child = (job: Job, stage: string): Record<string, unknown> | undefined =>
  Object.values(job.workflow?.stages?.[stage]?.childProcesses ?? {}).at(-1);

/** A zombie has ended, whoever is to collect it. */
async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State:\tX');
  return !/^State:\s+[XZ]/mu.test(status);
}

async function textOf(file: string): Promise<string> {
  for (let waited = 0; waited < 5000; waited += 10) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('\n')) return text;
    await delay(10);
  }
  throw new Error(`${file} was not written`);
}

void t.test('an abort also ends what has left the process group for a session of its own', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const pidFile = join(await sourceDirectory(), 'pid');
  const command = `setsid sh -c 'echo $$ > "$pidFile"; exec sleep 300' >/dev/null 2>&1 & sleep 300`;
  const { id } = await start(engine, { '1': { command } }, { pidFile });
  const pid = Number(await textOf(pidFile));
  await engine.jobs.stop(engine.owner, id);
  t.match(await waitForJob(engine, id), { status: 'aborted' });
  t.notOk(await isAlive(pid), 'the daemon has ended before the job counts as aborted');
});

void t.test('output that is no text is kept as text, whole or its last part, also over a restart', async (t) => {
  const { engine: first, root } = await temporaryEngine(t);
  const { id } = await start(first, {
    '1': { command: 'head -c 50000 /dev/urandom' },
    '2': { command: 'head -c 300000000 /dev/zero; printf "\\000end\\377"', outputVariableRegexList: ['(?P<last>end)'] },
  });
  const job = await waitForJob(first, id);
  t.match(job, { status: 'done', last: 'end' });
  t.equal(child(job, '2')?.['omittedOutputBytes'], 300_000_005 - 65_536);
  await first.close();
  const { engine } = await temporaryEngine(t, { root });
  t.same(await engine.jobs.get(engine.owner, id), job);
});

void t.test('a job goes on with the definition that it began with', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const directory = await sourceDirectory();
  const definition = (command: string): { name: string; owner: string; stages: Record<string, Stage> } => ({
    name: 'changing',
    owner: engine.owner,
    stages: { '1': { command: 'echo 1 > "$mark"; while [ ! -e "$go" ]; do sleep 0.02; done' }, '2': { command } },
  });
  await engine.workflows.add(definition('echo old'));
  const [mark, go] = [join(directory, 'mark'), join(directory, 'go')];
  const { id } = await engine.jobs.start(engine.owner, 'changing', { filePath: '/x', mark, go });
  await textOf(mark);
  await engine.workflows.update(definition('echo new'));
  const next = await engine.jobs.start(engine.owner, 'changing', { filePath: '/x', mark, go: '/' });
  await waitForJob(engine, next.id);
  await engine.workflows.remove(engine.owner, 'changing');
  await start(engine, { '1': { command: 'touch "$go"' } }, { go });
  t.match(child(await waitForJob(engine, id), '2'), { stdOut: 'old\n' });
  t.match(child(await engine.jobs.get(engine.owner, next.id), '2'), { stdOut: 'new\n' });
});

void t.test('a job is aborted in each state, once, and one that has ended stays as it is', async (t) => {
  const { engine } = await temporaryEngine(t, { maxJobs: 1 });
  const repeating = await start(engine, {
    '1': { command: 'true', repeatPeriod: 3600, repeatUntil: '"1" == "2"', maxRepeats: 9 },
  });
  await waitForJob(engine, repeating.id, (job) => child(job, '1')?.['childProcessNumber'] === 1);
  const pending = await start(engine, { '1': { command: 'true' } });
  const ended: string[] = [];
  engine.changes.on('job', ({ id, status }) => {
    if (status === 'aborted' || status === 'done') ended.push(id);
  });
  t.equal((await engine.jobs.stop(engine.owner, pending.id)).status, 'aborted');
  const answers = await Promise.all([1, 2, 3].map(() => engine.jobs.stop(engine.owner, repeating.id)));
  t.same(
    answers.map(({ status }) => status),
    ['aborting', 'aborting', 'aborting'],
  );
  t.match(await waitForJob(engine, repeating.id), { status: 'aborted', stage: '1' });
  const done = await start(engine, { '1': { command: 'true' } });
  await waitForJob(engine, done.id);
  t.equal((await engine.jobs.stop(engine.owner, done.id)).status, 'done');
  t.equal((await engine.jobs.stop(engine.owner, pending.id)).status, 'aborted');
  t.same(ended, [pending.id, repeating.id, done.id]);
  await t.rejects(engine.jobs.stop(engine.owner, 'no-such-job'), { code: 'DM_OBJECT_NOT_FOUND' });
});

void t.test('the limits of a workflow and of all jobs hold while many wait, and every job gets its turn', async (t) => {
  const { engine } = await temporaryEngine(t, { maxJobs: 3 });
  const stages = { '1': { command: 'sleep 0.05' } };
  await engine.workflows.add({ name: 'narrow', owner: engine.owner, maxJobs: 2, stages });
  await engine.workflows.add({ name: 'wide', owner: engine.owner, stages });
  const running = { narrow: new Set<string>(), wide: new Set<string>() };
  let [most, mostNarrow] = [0, 0];
  engine.changes.on('job', ({ id, status, workflow }) => {
    const set = workflow?.name === 'narrow' ? running.narrow : running.wide;
    if (status === 'running') set.add(id);
    else set.delete(id);
    most = Math.max(most, running.narrow.size + running.wide.size);
    mostNarrow = Math.max(mostNarrow, running.narrow.size);
  });
  const jobs = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      engine.jobs.start(engine.owner, index % 2 === 0 ? 'narrow' : 'wide', { filePath: '/x' }),
    ),
  );
  const ended = await Promise.all(jobs.map(({ id }) => waitForJob(engine, id)));
  t.ok(ended.every(({ status }) => status === 'done'));
  t.equal(most, 3);
  t.equal(mostNarrow, 2);
});

void t.test('a job of thousands of files runs, though their list is too long for an environment', async (t) => {
  const { engine } = await temporaryEngine(t);
  const filePathList = Array.from({ length: 3000 }, (_, index) => `/${'long/'.repeat(12)}${String(index)}`);
  const { id } = await start(
    engine,
    { '1': { command: 'echo "${filePathList:-none}"' }, '2': { command: 'echo "$experimentName"' } },
    { filePathList, filePath: null, experimentName: 'demo' },
  );
  const job = await waitForJob(engine, id);
  t.match(job, { status: 'done', countFiles: 3000 });
  t.equal(child(job, '1')?.['stdOut'], 'none\n');
  t.same(job['filePathList'], filePathList, 'the job keeps it');
});

void t.test('values are never shell code, in commands, working directories and expressions', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const directory = await sourceDirectory();
  const evil = `"; touch ${directory}/hacked; echo $(touch ${directory}/hacked) \`touch ${directory}/hacked\` ' == "1`;
  const { id } = await start(
    engine,
    {
      '1': { command: 'printf %s "$evil"', outputVariableRegexList: ['(?P<found>(?:.|\\n)*)'] },
      '2': { command: 'printf %s "$found"', runIf: '"$evil" == "$found"' },
      '3': { command: 'true', workingDir: '$evil' },
    },
    { evil },
  );
  const job = await waitForJob(engine, id);
  t.match(job, { status: 'failed', stage: '3', found: evil });
  t.equal(child(job, '2')?.['stdOut'], evil);
  await t.rejects(readFile(join(directory, 'hacked')), { code: 'ENOENT' });
});

void t.test(
  'a regular expression that meets its worst line fails its job with a reason, and the others go on meanwhile',
  async (t) => {
    const { engine } = await temporaryEngine(t);
    const ended: string[] = [];
    engine.changes.on('job', ({ id, status }) => {
      if (status === 'done' || status === 'failed') ended.push(id);
    });
    const frames = '.*frames=(?P<n>\\d+)';
    const nested = '^(?P<x>(a+)+)$';
    const dots = await start(engine, {
      '1': { command: "head -c 65000 /dev/zero | tr '\\0' .", outputVariableRegexList: [frames] },
      '2': { command: 'true' },
    });
    const endless = await start(engine, {
      '1': { command: "head -c 75 /dev/zero | tr '\\0' a; echo '!'", outputVariableRegexList: [nested] },
    });
    for (const { id } of [dots, endless])
      await waitForJob(engine, id, (job) => child(job, '1')?.['status'] === 'running');
    const other = await start(engine, { '1': { command: 'true' }, '2': { command: 'true' } });
    t.match(await waitForJob(engine, other.id), { status: 'done' });
    for (const [{ id }, regex] of [
      [dots, frames],
      [endless, nested],
    ] as const) {
      const failed = await waitForJob(engine, id);
      t.match(failed, { status: 'failed', stage: '1' });
      t.ok(
        failed.errorMessage?.includes(`regular expression ${regex} took longer than 2 s`),
        failed.errorMessage ?? '',
      );
      t.match(child(failed, '1'), { status: 'failed', exitStatus: 0, stdErr: /begin it with what stands before/u });
    }
    t.equal(ended[0], other.id, 'the other job ended while they were evaluated');
  },
);
