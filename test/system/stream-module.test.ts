import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { PYTHON, runProgram, temporaryDirectory, type Finished } from './ioc-process.js';
import { PYTHON_COMMAND } from './python-command.js';
import { StreamSlot } from './stream-slot.js';

const WORKFLOW = `${PYTHON_COMMAND} ${resolve('test/system/stream_workflow.py')}`;

/** `python -m dm_ioc.stream`, for the run that is now. */
async function shellOf(streams: StreamSlot): Promise<(...args: string[]) => Promise<Finished>> {
  const environment = await streams.environmentOfRun();
  return (...args) => runProgram(PYTHON, ['-m', 'dm_ioc.stream', ...args], environment);
}

async function alarmOf(streams: StreamSlot): Promise<unknown> {
  return (await streams.client.get('dm:Stream1:State')).alarm;
}

await t.test('a command that was withdrawn before its turn came is not handed to the workflow', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  await streams.begin('python');
  const until = join(temporaryDirectory(t), 'released');
  const held = streams.command('hold', { until });
  const count = { command: 'count', arguments: '{"number": 1}', timeout: 0.2 };
  await streams.untilPending(1);
  await t.rejects(streams.client.put('dm:Stream1:Command', count), {
    remoteCode: 'COMMAND_TIMEOUT',
    message: /withdrawn/u,
  });
  const waits = streams.command('count', { number: 2 });
  await streams.untilPending(2);
  writeFileSync(until, '');
  await Promise.all([held, waits]);
  await streams.put('Stop', 1);
  t.same(JSON.parse(await streams.text('Results')), {
    commands: [
      [1, 'hold'],
      [3, 'count'],
      [4, 'stop'],
    ],
  });
});

await t.test('a workflow says what is wrong with it while it goes on, until it says that nothing is', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  await streams.begin('python');
  const alarm = (): Promise<unknown> => alarmOf(streams);
  await streams.command('report', { alarm: ['MAJOR', 'no beam'] });
  t.match(await alarm(), { severity: 'MAJOR', message: 'no beam' });
  await streams.command('report', { stage: 'waits for beam' });
  t.match(await alarm(), { severity: 'MAJOR', message: 'no beam' }, 'stays');
  await streams.command('report', { alarm: 'NONE' });
  t.match(await alarm(), { severity: 'NONE', message: '' });
  await t.rejects(streams.command('report', { alarm: ['RED', ''] }), {
    message: /severity 'RED' is none of NONE, MINOR/u,
  });
  await streams.put('Stop', 1);
});

await t.test('a shell stage says what is wrong, too', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ idle: 'exec sleep 1000' }));
  await streams.put('Workflow', 'idle');
  const started = streams.put('Start', 1);
  await streams.until('State', (state) => state === 'Starting');
  const alarm = (): Promise<unknown> => alarmOf(streams);
  const shell = await shellOf(streams);
  t.match(await shell('report', '--state', 'Ready', '--alarm', 'MINOR', '--alarm-message', 'warm'), { code: 0 });
  await started;
  t.match(await alarm(), { severity: 'MINOR', message: 'warm' });
  t.match(await shell('report', '--alarm', 'NONE'), { code: 0 });
  t.match(await alarm(), { severity: 'NONE', message: '' });
  t.match(await shell('report', '--alarm-message', 'why'), { code: 2, stderr: /--alarm-message needs --alarm/u });
  t.match(await shell('report', '--alarm', 'red'), { code: 2, stderr: /invalid choice: 'red'/u });
  await streams.put('Abort', 1);
});

await t.test('results that are no JSON are refused before they are sent', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  await streams.begin('python');
  await t.rejects(streams.command('report', { results: 'ten frames' }), {
    remoteCode: 'COMMAND_REFUSED',
    message: /results: a str must be JSON \(.*\); for a text alone, give \{'text': …\}/u,
  });
  await t.rejects(streams.command('report', { results: '[NaN]' }), { message: /JSON has no NaN/u });
  for (const [given, shown] of [
    ['{"frames":1}', '{"frames":1}'],
    [{ frames: 2 }, '{"frames": 2}'],
  ] as const) {
    await streams.command('report', { results: given });
    t.equal(await streams.text('Results'), shown);
  }
  t.match(await (await shellOf(streams))('report', '--results', 'NaN'), { code: 2, stderr: /--results: no JSON/u });
  await streams.put('Stop', 1);
});

await t.test("the example names the frames that it waits for, and is stopped while they aren't there", async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ frames: `${PYTHON_COMMAND} -m dm_ioc.example_frames` }));
  await streams.put('Workflow', 'frames');
  await streams.put('DataPv', 'no:such:frames');
  const started = t.rejects(streams.put('Start', 1), { message: /has ended, and was never Ready/u });
  await streams.until('Stage', (stage) => stage === 'connects to no:such:frames');
  await streams.put('Stop', 1);
  t.match([await streams.text('State'), await streams.text('NReceived')], ['Done', '0']);
  await started;
});

await t.test('the help of the module tells states, fields and commands, and nothing of the environment', async (t) => {
  const show =
    'import pydoc, dm_ioc.stream as s; print(*map(pydoc.plaintext.document, (s.Stream, s.StreamNames, s.Command)))';
  const { code, stdout } = await runProgram(PYTHON, ['-c', show], {
    PYTHONPATH: resolve('ioc/bluesky'),
    SECRET: 'for nobody',
  });
  t.equal(code, 0);
  t.notMatch(stdout, /for nobody|environ\(/u);
  const { stdout: names } = await runProgram(
    PYTHON,
    ['-c', 'from dm_ioc.stream import *; print(*STATES, *FIELDS, *Command.__match_args__)'],
    { PYTHONPATH: resolve('ioc/bluesky') },
  );
  const told = names.trim().split(' ');
  t.ok(told.length > 20);
  for (const name of told.filter((one) => !one.startsWith('_')))
    t.match(stdout, new RegExp(`\\b${name}\\b`, 'u'), name);
});
