import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { silentLogger, type Job, type LocalDataManagement, type Stage } from 'dm';
import t from 'tap';
import { waitForJob } from '../port/wait-for.js';
import { writeFiles } from '../port/write-files.js';
import { temporaryEngine } from './temporary-engine.js';

async function run(engine: LocalDataManagement, stages: Record<string, Stage>): Promise<Job> {
  const name = `w${Math.random()}`;
  await engine.workflows.add({ name, owner: engine.owner, stages });
  const { id } = await engine.jobs.start(engine.owner, name, { filePath: '/dev/null' });
  return await waitForJob(engine, id);
}

const child = (job: Job, stage: string): Record<string, unknown> | undefined =>
  Object.values(job.workflow?.stages?.[stage]?.childProcesses ?? {}).at(-1);

void t.test("what a stage prints becomes variables by Python's regular expressions", async (t) => {
  const { engine } = await temporaryEngine(t);
  const job = await run(engine, {
    '1': { command: 'echo 40717', outputVariableRegexList: ['^(?P<frames>\\d+)$'] },
    '2': { command: 'echo "Müller has $frames"', outputVariableRegexList: ['(?P<who>\\w+)', '(?P<few>\\d{,2})$'] },
  });
  t.match(job, { status: 'done', frames: '40717', who: 'Müller', few: '17' });
});

void t.test('a regular expression that matches nothing leaves the job done and says so', async (t) => {
  const warnings: string[] = [];
  const warn = (_fields: object, message: string): void => void warnings.push(message);
  const { engine } = await temporaryEngine(t, { log: { ...silentLogger, warn } });
  const job = await run(engine, {
    '1': { command: 'echo "frames: 17"', outputVariableRegexList: ['frames=(?P<frames>\\d+)'] },
    '2': { command: 'echo "n=1"', outputVariableRegexList: ['n=(?P<n>\\d+)', 'number (?P<n>\\d+)'] },
  });
  t.match(job, { status: 'done', n: '1' });
  t.notOk('frames' in job);
  t.match(child(job, '1'), {
    status: 'done',
    warning: 'regular expression frames=(?P<frames>\\d+) matches nothing in the output',
  });
  t.notOk('warning' in (child(job, '2') ?? {}), 'another expression has found the variable');
  t.same(warnings, [child(job, '1')?.['warning']]);
});

void t.test('a variable that no command can take says so', async (t) => {
  const { engine } = await temporaryEngine(t);
  const job = await run(engine, {
    '1': { command: "printf 'v=a\\0b,w=1'", outputVariableRegexList: ['v=(?P<v>.*),w=(?P<w>.)'] },
    '2': { command: 'echo "$v$w"' },
  });
  t.match(job, { status: 'done', v: 'a\0b', w: '1' });
  t.match(child(job, '1'), { warning: 'variable v has a NUL character: no command gets it' });
  t.match(child(job, '2'), { stdOut: '1\n' });
});

void t.test('the example workflow sums a file whatever its name is', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const directory = await sourceDirectory();
  for (const name of ['plain.dat', 'with  blanks.dat', "it's $HOME;*.dat", 'back\\slash.dat', '-n']) {
    await writeFiles(directory, { [name]: name });
    const { id } = await engine.jobs.start(engine.owner, 'example-01', { filePath: join(directory, name) });
    const md5Sum = createHash('md5').update(name).digest('hex');
    t.match(await waitForJob(engine, id), { status: 'done', md5Sum }, name);
  }
});

void t.test('the example workflow fails when there is no such file', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const filePath = join(await sourceDirectory(), 'missing.dat');
  const { id } = await engine.jobs.start(engine.owner, 'example-01', { filePath });
  t.match(await waitForJob(engine, id), { status: 'failed', stage: '04-MD5SUM' });
});
