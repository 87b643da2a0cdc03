import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cleanEnvironment, IocProcess, PROGRAM, runProgram, temporaryDirectory, type Finished } from './ioc-process.js';
import { patientClient } from './patient-client.js';

const DRAFT = `
name: draft
maxjobs: 1
stages:
  1-COUNT:
    command: for i in 1 2; do echo "line $i of $detector"; sleep 0.6; done
    runif: '1 == 2'
    outputVariableRegexList: ['(?P<last>\\d+)', 'x=(?P<x>.)']
  2-SIZE: { command: 'wc -c < "$filePath"', outputVariableRegexList: ['^(?P<size>\\d+)$'] }
  3-EMPTY: { command: 'true', runIf: '"$size" == "0"' }
`;
const ODD = [
  'maxjobs: unknown key, it has no effect; did you mean maxJobs?',
  'stages.1-COUNT.runif: unknown key, it has no effect; did you mean runIf?',
];
const NO_MATCH = '1-COUNT: regular expression x=(?P<x>.) matches nothing in the output';
const UNUSED = 'argument detecotr: no stage uses it; did you mean detector?';

const scratch = temporaryDirectory(t);
const cli = (...args: string[]): Promise<Finished> =>
  runProgram(process.execPath, [PROGRAM, 'workflow', ...args], { TMPDIR: scratch });

const tries = (directory = scratch): string[] =>
  readdirSync(directory).filter((name) => name.startsWith('dm-ioc-try-'));

await t.test('a workflow file is checked without an IOC, with what is odd about it and its exit code', async (t) => {
  const draft = join(temporaryDirectory(t), 'draft.yaml');
  writeFileSync(draft, DRAFT);
  const checked = await cli('check', draft);
  t.match(checked, { code: 0, stdout: /^draft of \w+: 3 stages\n.*arguments: detector, filePath\n$/su });
  t.equal(checked.stderr, ODD.map((line) => `warning: ${draft}: ${line}\n`).join(''));
  t.match(checked.stdout, / {2}3-EMPTY +true +if "\$size" == "0"\n/u);
  t.match(await cli('check', 'ioc/workflows/conditions.yaml'), {
    stdout: /\narguments: analysisMachine \(required, one of local, none\), filePath\n$/u,
  });
  t.match(await cli('check', '--strict', draft), { code: 1 });
  t.match(await cli('check', '--strict', 'ioc/workflows/example-01.yaml'), { code: 0, stderr: '' });
  writeFileSync(draft, DRAFT.replace('command: for', 'comand: for'));
  t.match(await cli('check', draft, 'ioc/workflows/sleep.yaml'), {
    code: 1,
    stdout: /sleep of/u,
    stderr: /draft\.yaml: stages\.1-COUNT\.command is missing; .*did you mean command\?/u,
  });
});

await t.test('a workflow is tried without an IOC, and leaves nothing behind', async (t) => {
  const directory = temporaryDirectory(t);
  const [draft, input] = [join(directory, 'draft.yaml'), join(directory, 'with a blank.dat')];
  writeFileSync(draft, DRAFT);
  writeFileSync(input, 'seven..');
  const tried = await cli('try', draft, '--file', input, '--args', '{"detecotr": "eiger"}');
  t.match(tried, { code: 0, stdout: /line 1 of \nline 2 of \n== 1-COUNT done in [\d.]+ s, exit 0\n/u });
  t.match(tried.stdout, /== 3-EMPTY skipped.*\n== last = 1\n== size = 7\n== job done\n$/u);
  t.equal(tried.stderr, [...ODD, UNUSED, NO_MATCH].map((line) => `warning: ${line}\n`).join(''));
  t.match(await cli('try', 'ioc/workflows/fails.yaml', '--file', input), {
    code: 1,
    stdout: /== job failed: 02-FAIL failed \(exit 3\): cannot read the detector file .*with a blank\.dat\n$/u,
  });
  t.match(await cli('try', draft, '--args', '[1]'), { code: 1, stderr: /--args must be a JSON object/u });
  t.match(await cli('try', 'ioc/workflows/sleep.yaml'), { code: 1, stderr: /needs the argument seconds/u });
  t.same(readdirSync(scratch), []);
});

await t.test('a try ends its job and leaves nothing behind when its reader or its terminal goes away', async (t) => {
  const directory = temporaryDirectory(t);
  const draft = join(directory, 'draft.yaml');
  for (const end of ['SIGHUP', 'stdout', 'stderr']) {
    const pidFile = join(directory, end);
    const says = `echo $$ > ${pidFile}; while :; do echo line; echo line >&2; sleep 0.1; done`;
    writeFileSync(draft, JSON.stringify({ name: 'draft', stages: { '1': { command: says } } }));
    const env = { ...cleanEnvironment(), TMPDIR: directory };
    const child = spawn(process.execPath, [PROGRAM, 'workflow', 'try', draft, '--file', draft], { env });
    // The stage has said who it is by then.
    await once(child.stderr, 'data');
    const exit = once(child, 'exit');
    if (end === 'SIGHUP') child.kill(end);
    else child[end === 'stdout' ? 'stdout' : 'stderr'].destroy();
    child.stdout.resume();
    child.stderr.resume();
    t.same(await exit, [130, null], end);
    t.same(tries(directory), []);
    t.throws(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0), { code: 'ESRCH' });
  }
});

await t.test('PVs show what a stage writes while it runs, its variables, and what is odd', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'draft.yaml'), DRAFT);
  writeFileSync(join(directory, 'input.dat'), 'seven..');
  const ioc = await IocProcess.start(join(directory, 'dm'), [`dm.local.workflows=${directory}`]);
  const client = patientClient(ioc.clientEnvironment);
  t.teardown(async () => {
    client.close();
    await ioc.stop();
  });
  const value = async (pv: string): Promise<unknown> => (await client.get(`dm:${pv}`)).value;
  const put = (pv: string, to: string | number): Promise<void> => client.put(`dm:${pv}`, to, { block: true });
  t.match(await value('Workflow:Table'), { warnings: [ODD.join('; ')] });
  await put('WF1:Workflow', 'draft');
  await put('WF1:FilePath', join(directory, 'input.dat'));
  await put('WF1:Args', '{"detecotr": "eiger"}');
  const running = put('WF1:Run', 1);
  for await (const { value } of client.monitor('dm:WF1:StdOut')) if (value === 'line 1 of \n') break;
  t.match(await value('WF1:Active'), { index: 1 }, 'while it runs');
  await running;
  t.match(await value('WF1:Variables'), { name: ['last', 'size'], value: ['1', '7'] });
  t.same(JSON.parse(String(await value('WF1:VariablesJson'))), { last: '1', size: '7' });
  t.match(await value('WF1:Stages'), { status: ['done', 'done', 'skipped'], warning: [/matches nothing/u, '', ''] });
  t.match(
    await value('WF1:Report'),
    new RegExp(
      `^draft done 2-SIZE \\(3/3, 1 skipped\\), [\\d.]+ s: 1-COUNT: .*; ${UNUSED.replaceAll('?', '\\?')}`,
      'u',
    ),
  );
  const { alarm } = await client.get('dm:WF1:Status');
  t.match(alarm, { severity: 'MINOR' });
  t.match(ioc.output, /argument detecotr: no stage uses it/u);
  t.match(ioc.output, /draft\.yaml: stages\.1-COUNT\.runif: unknown key/u);
});
