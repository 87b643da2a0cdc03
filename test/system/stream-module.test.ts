import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t, { type Test } from 'tap';
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

await t.test('the workflow finds what its IOC finds on loopback, with no setting of EPICS anywhere', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ frames: `${PYTHON_COMMAND} -m dm_ioc.example_frames` }), {
    environment: { EPICS_PVA_ADDR_LIST: '', EPICS_PVA_AUTO_ADDR_LIST: '' },
  });
  const args = ['p4p', 'frames', 'frames', streams.ioc.directory, '1', '1', '1'];
  streams.ioc.serve('python', resolve('test/system/stream_objects.py'), ...args);
  await streams.put('DataPv', 'frames');
  await streams.begin('frames');
  t.match([await streams.text('State'), await streams.text('Stage')], [/Ready|Streaming/u, 'follows frames']);
  await streams.until<number>('NReceived', (count) => count > 0);
  await streams.put('Stop', 1);
  t.equal(await streams.text('State'), 'Done');
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
  const [stream] = stdout.split('class StreamNames');
  t.match(stream, /Command.*name.*arguments.*accept\(message\).*refuse\(message\)/su, 'the one of Stream alone, too');
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

/** A run whose job says nothing, so that the test does. */
async function silentRun(t: Test): Promise<StreamSlot> {
  const streams = await StreamSlot.inNewIoc(t, () => ({ idle: 'exec sleep 1000' }));
  await streams.put('Workflow', 'idle');
  await streams.put('Start', 1, { block: false });
  await streams.until('State', (state) => state === 'Starting');
  return streams;
}

const BAD_TEXT = String.raw`
from dm_ioc.stream import Stream

with Stream.connect() as stream:
    stream.report(message="bad \udcff name", alarm=("MINOR", "\udcfe"))
    stream.report(results={"file": "\udcff"})
    for fields in ({"nReceived": 10**20}, {"progress": "much"}, {"stage": None}, {"alarm": ("MINOR", None)}):
        try:
            stream.report(**fields)
        except ValueError as error:
            print(error)
    nested = []
    for _ in range(100000):
        nested = [nested]
    try:
        stream.report(results=nested)
    except ValueError as error:
        print(error)
    raise RuntimeError("ends \udcff")
`;

await t.test(
  'a text that is no UTF-8 is said in a readable form, and what no field can hold is an error',
  async (t) => {
    const streams = await silentRun(t);
    const environment = await streams.environmentOfRun();
    const code = String.raw`${PYTHON} -m dm_ioc.stream report --stage "$(printf 'a\377b')"`;
    t.match(await runProgram('sh', ['-c', code], environment), { code: 0 });
    t.equal(await streams.text('Stage'), String.raw`a\udcffb`);
    const seen = streams.until('Message', (message) => message === String.raw`bad \udcff name`);
    const { stdout, stderr } = await runProgram(PYTHON, ['-c', BAD_TEXT], environment);
    await seen;
    t.match(stdout.trim().split('\n'), [
      /dm:Stream1:Report: nReceived: .*too big/u,
      /dm:Stream1:Report: progress: /u,
      /dm:Stream1:Report: stage: /u,
      /dm:Stream1:Report: alarm: /u,
      'results: they are nested too deeply',
    ]);
    t.match(stderr, /RuntimeError: ends/u);
    t.equal(await streams.text('ErrorMessage'), String.raw`RuntimeError: ends \udcff`);
  },
);

await t.test('what a shell says wrongly ends with exit code 2 and the reason', async (t) => {
  const streams = await silentRun(t);
  const shell = await shellOf(streams);
  const huge = '9'.repeat(20);
  t.match(await shell('report', '--received', huge), {
    code: 2,
    stderr: /^dm_ioc.stream: \S+ nReceived: .*too big.*\n$/u,
  });
  t.match(await shell('ack', huge), { code: 2, stderr: /^dm_ioc.stream: \S+ sequence: .*too big.*\n$/u });
  t.match(await shell('report', '--results', '['.repeat(5000) + ']'.repeat(5000)), {
    code: 2,
    stderr: /nested too deeply/u,
  });
  const environment = await streams.environmentOfRun();
  for (const [variable, verb] of [
    ['reportPv', 'report'],
    ['ackPv', 'ack'],
    ['commandPv', 'command'],
  ] as const) {
    const args = ['-m', 'dm_ioc.stream', verb, ...(verb === 'ack' ? ['1'] : [])];
    const said = await runProgram(PYTHON, args, { ...environment, [variable]: 'dm:Heartbeat' });
    t.match(said, { code: 2, stderr: /^dm_ioc.stream: dm:Heartbeat has no field streamId.*\n$/u }, variable);
  }
  const script = 'from dm_ioc.stream import Stream\nwith Stream.connect() as s:\n  next(s.commands())';
  const module = await runProgram(PYTHON, ['-c', script], { ...environment, commandPv: 'dm:Heartbeat' });
  t.match(module, { code: 1, stderr: /ValueError: dm:Heartbeat has no field streamId, pending/u }, 'the module, too');
});

await t.test('whoever waits for commands in a shell learns that the stream has ended', async (t) => {
  const streams = await silentRun(t);
  const shell = await shellOf(streams);
  t.match(await shell('report', '--state', 'Ready'), { code: 0 });
  const waits = shell('command', '--wait');
  t.match(await shell('fail', 'no light'), { code: 0 });
  const ended = { code: 1, stderr: /STREAM_ENDED: stream \S+ is Failed/u };
  t.match(await waits, ended);
  t.match(await shell('command', '--wait'), ended, 'also afterwards');
  t.match(await shell('command'), ended);
});

await t.test('an end that somebody else has reported is not taken for the own one', async (t) => {
  const streams = await silentRun(t);
  const shell = await shellOf(streams);
  t.match(await shell('fail', 'no light'), { code: 0 });
  t.match(await shell('fail', 'no light'), { code: 0 }, 'the same again is');
  t.match(await shell('fail', 'no water'), { code: 1, stderr: /STREAM_ENDED/u });
  t.match(await shell('finish'), { code: 1, stderr: /STREAM_ENDED/u });
});

await t.test("a command's name is one word of a shell's line, whatever it is", async (t) => {
  const streams = await silentRun(t);
  const shell = await shellOf(streams);
  t.match(await shell('report', '--state', 'Ready'), { code: 0 });
  const sent = streams.command('a b\u001B[2J\nc ä');
  await streams.untilPending(1);
  const answers = await Promise.all([1, 2, 3].map(() => shell('command', '--plain')));
  for (const { stdout, stderr } of answers) {
    t.equal(stdout, String.raw`1 a\x20b\x1b[2J\x0ac\x20ä {}` + '\n');
    t.equal(stderr, '', 'and nothing else is said');
  }
  t.match(await shell('command', '--accept'), { code: 0 });
  await sent;
});
