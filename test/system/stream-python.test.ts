import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { PYTHON, runProgram, temporaryDirectory, type Finished } from './ioc-process.js';
import { PYTHON_COMMAND } from './python-command.js';
import { StreamSlot } from './stream-slot.js';

const WORKFLOW = `${PYTHON_COMMAND} ${resolve('test/system/stream_workflow.py')}`;
/** The same for a shell that goes on. */
const SHELL = `env ${PYTHON_COMMAND.replace('exec ', '')} -m dm_ioc.stream`;

await t.test('a workflow on dm_ioc.stream gets ready, does commands in order, and its results come back', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  await streams.begin('python');
  t.match([await streams.text('State'), await streams.text('Message')], ['Ready', 'waits']);
  t.equal(await streams.text('Stage'), 'warm-up');
  await streams.command('start');
  await streams.command('count', { number: 200 });
  t.match([await streams.text('NReceived'), await streams.text('NProcessed')], ['200', '199']);
  await t.rejects(streams.command('dance'), { remoteCode: 'COMMAND_REFUSED', message: /what is dance\?/u });
  await t.rejects(streams.command('skip'), { message: /STREAM_ORDER/u }, 'a wrong step is told to the workflow');
  t.equal(await streams.text('State'), 'Streaming');
  await streams.put('Stop', 1);
  t.equal(await streams.text('State'), 'Done', 'its threads have ended, too');
  t.same(JSON.parse(await streams.text('Results')), {
    commands: [
      [1, 'start'],
      [2, 'count'],
      [3, 'dance'],
      [4, 'skip'],
      [5, 'stop'],
    ],
  });
});

/** Reports by pvaPy alone, whose puts send back the sequence that they have read, and each word by another channel, or by the same. */
const PVAPY_WORKFLOW = `exec ${PYTHON} -u - <<'END'
import os
from pvaccess import LONG, STRING, Channel, PvObject

def say(channel, **content):
    types = {name: LONG if isinstance(value, int) else STRING for name, value in content.items()}
    run = {"streamId": os.environ["streamId"]}
    channel.put(PvObject({"streamId": STRING, **types}, {**run, **content}))

def channel():
    one = Channel(os.environ["reportPv"])
    one.setTimeout(600)
    return one

for state in ("Connected", "Preparing"):
    say(channel(), state=state)
same = channel()
say(same, state="Ready", message="ready")
say(same, state="Streaming")
for count in range(1, 21):
    say(same if count % 2 else channel(), nReceived=count, message=f"frame {count}")
say(channel(), state="Done", results="{}")
END`;

await t.test(
  'a workflow that reports by pvaPy alone is heard each time, though it repeats the sequence it has read',
  async (t) => {
    const streams = await StreamSlot.inNewIoc(t, () => ({ pvapy: PVAPY_WORKFLOW }));
    await streams.put('Workflow', 'pvapy');
    await streams.put('Start', 1);
    await streams.until('State', (state) => state === 'Done');
    t.match([await streams.text('NReceived'), await streams.text('Message')], ['20', 'frame 20']);
    const { fields } = await streams.client.get('dm:Stream1:Report');
    t.equal(fields['sequence'], 25n);
  },
);

await t.test('an exception that ends the workflow is the reason of the stream', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  await streams.begin('python');
  await streams.command('break');
  await streams.until('State', (state) => state === 'Failed');
  t.equal(await streams.text('ErrorMessage'), 'ValueError: no light');
});

await t.test('both sides go on with their numbers over kill -9 of the IOC', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  await streams.begin('python');
  await streams.command('start');
  await streams.command('count', { number: 50 });
  for (let round = 1; round <= 3; round += 1) {
    // Unanswered while the IOC dies: maybe taken, maybe not.
    const lost = streams.command('count', { number: 100 }).then(
      () => 'answered',
      () => 'lost',
    );
    await streams.ioc.restart();
    t.comment(`round ${round}: ${await lost}`);
    await streams.untilPending(0);
    await streams.command('count', { number: 10 + round });
    t.match([await streams.text('State'), await streams.text('NReceived')], ['Streaming', String(10 + round)]);
  }
  await streams.put('Stop', 1);
  const { commands } = JSON.parse(await streams.text('Results')) as { commands: [number, string][] };
  const sequences = commands.map(([sequence]) => sequence);
  t.same(
    sequences,
    Array.from(sequences, (_sequence, index) => index + 1),
    'each command once, in order',
  );
  t.equal(await streams.text('State'), 'Done');
});

await t.test(
  'the workflow is heard while it says nothing, and its silence shows until it is heard again',
  async (t) => {
    const streams = await StreamSlot.inNewIoc(t, () => ({ python: `echo $$ > "$kept"; ${WORKFLOW}` }));
    const kept = join(temporaryDirectory(t), 'pid');
    await streams.put('HeartbeatTimeout', 1);
    await streams.begin('python', { kept });
    const pid = Number(readFileSync(kept, 'utf8'));
    // Before it stands still: such a client may swallow the searches of others on its host.
    const silence = streams.until('Alive', (alive) => alive === 'No');
    await streams.until('Alive', (alive) => alive === 'Yes');
    process.kill(pid, 'SIGSTOP');
    await silence;
    process.kill(pid, 'SIGCONT');
    await streams.until('Alive', (alive) => alive === 'Yes');
    t.equal(await streams.text('State'), 'Ready', 'an alarm, no end');
    await streams.put('Stop', 1);
    t.equal(await streams.text('State'), 'Done');
  },
);

await t.test('a later process of the same run goes on with the numbers of the one before', async (t) => {
  const before = 'for n in 1 2 3; do $stream report --state Preparing --received $n; done';
  const streams = await StreamSlot.inNewIoc(t, () => ({ stages: `stream="${SHELL}"; ${before}; ${WORKFLOW}` }));
  await streams.begin('stages');
  t.equal(await streams.text('NReceived'), '3', 'what was said stays');
  await streams.command('start');
  await streams.command('count', { number: 5 });
  t.equal(await streams.text('NReceived'), '5');
  await streams.put('Stop', 1);
  t.equal(await streams.text('State'), 'Done');
});

const STAGES = `
exec > "$kept" 2>&1
set -e
stream="${SHELL}"
$stream report --state Preparing --stage "$phase" --progress 12.5
$stream report --state Ready --message "$(printf 'quoted "text"')"
while :; do
  line=$($stream command --wait --plain)
  echo "$line"
  read -r sequence name arguments <<LINE
$line
LINE
  case $name in
    start) $stream report --state Streaming --received 10 --processed 9 --dropped 1 --receive-rate 5 --process-rate 4.5 ;;
    refuse) $stream ack "$sequence" --refuse "not $name"; continue ;;
    show) $stream command ;;
    stop) break ;;
  esac
  $stream ack "$sequence"
done
$stream ack "$sequence" --message bye
code=0; $stream command || code=$?; echo "none $code"
code=0; $stream command --timeout 0.1 || code=$?; echo "timeout $code"
code=0; $stream report --state Connected || code=$?; echo "wrong $code"
$stream finish --results '{"frames": 10}'
$stream finish --results '{"frames": 10}'
code=0; $stream fail late || code=$?; echo "late $code"
`;

await t.test('shell stages report, take commands and finish by python -m dm_ioc.stream', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ shell: STAGES }));
  const kept = join(temporaryDirectory(t), 'output');
  await streams.begin('shell', { phase: 'two words', kept });
  t.match(
    [await streams.text('Stage'), await streams.text('Progress'), await streams.text('Message')],
    ['two words', '12.5', 'quoted "text"'],
  );
  await streams.command('start', { frames: 10 });
  for (const [pv, text] of Object.entries({ NReceived: '10', NDropped: '1', ReceiveRate: '5', ProcessRate: '4.5' })) {
    t.equal(await streams.text(pv), text, pv);
  }
  await t.rejects(streams.command('refuse'), { message: /not refuse/u });
  await streams.command('show');
  await streams.put('Stop', 1);
  t.match([await streams.text('State'), await streams.text('Results')], ['Done', '{"frames": 10}']);
  const output = readFileSync(kept, 'utf8');
  t.match(output, /^1 start \{"frames": 10\}$/mu);
  t.match(output, /^\{"sequence": 3, "command": "show", "arguments": \{\}, "source": "\S+@127\.0\.0\.1"\}$/mu);
  for (const said of ['none 3', 'timeout 3', 'wrong 1', 'late 1']) t.match(output, new RegExp(`^${said}$`, 'mu'));
  t.match(output, /^dm_ioc\.stream: STREAM_ORDER: Connected can't follow Finishing$/mu);
});

await t.test(
  'who speaks for another run, asks for nonsense or finds no IOC learns it by text and exit code',
  async (t) => {
    const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
    await streams.begin('python');
    const old = await streams.environmentOfRun();
    const say = (args: readonly string[], changes: Record<string, string> = {}): Promise<Finished> =>
      runProgram(PYTHON, ['-m', 'dm_ioc.stream', ...args], { ...old, ...changes });
    t.match(await say(['ack', '9']), { code: 1, stderr: /COMMAND_UNKNOWN: no command 9; the newest is 0/u });
    t.match(await say(['report', '--results', '{']), { code: 2, stderr: /--results: no JSON/u });
    t.match(await say(['report', '--state', 'Warm']), { code: 2, stderr: /invalid choice: 'Warm'/u });
    t.match(await say(['command', '--timeout', 'soon']), { code: 2, stderr: /--timeout: invalid seconds value/u });
    t.match(await say(['report'], { streamId: '' }), { code: 2, stderr: /no streamId in the environment/u });
    t.match(await say(['report', '--give-up', '0.5'], { reportPv: 'no:such:pv' }), {
      code: 4,
      stderr: 'dm_ioc.stream: no:such:pv did not answer within 0.5 s: does the IOC run?\n',
    });
    await streams.put('Stop', 1);
    await streams.begin('python');
    t.match(await say(['report', '--state', 'Ready']), { code: 1, stderr: /STREAM_STALE: .* of another run/u });
    t.match(await say(['command', '--wait']), { code: 1, stderr: /STREAM_STALE/u });
    const { code, stderr } = await runProgram(PYTHON, ['-u', resolve('test/system/stream_workflow.py')], old);
    t.not(code, 0);
    t.match(stderr, /dm_ioc\.stream\.errors\.StreamRefusedError: STREAM_STALE/u, 'the module raises it');
    t.equal(await streams.text('State'), 'Ready', 'the run that is goes on');
  },
);

await t.test('a process that outlives its run is told so by the module while it waits for commands', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  await streams.begin('python');
  const environment = await streams.environmentOfRun();
  const outside = runProgram(PYTHON, ['-u', resolve('test/system/stream_workflow.py')], environment);
  // Two have said Connected, Preparing and Ready.
  for await (const { fields } of streams.client.monitor('dm:Stream1:Report'))
    if (Number(fields['sequence']) >= 6) break;
  await streams.put('Abort', 1);
  const { code, stderr } = await outside;
  t.not(code, 0);
  t.match(stderr, /StreamRefusedError: STREAM_ENDED: stream \S+ is Aborted/u);
});
