import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import t from 'tap';
import { cleanEnvironment, PROGRAM, runProgram, type Finished } from './ioc-process.js';
import { PYTHON_COMMAND } from './python-command.js';
import { StreamSlot } from './stream-slot.js';

const WORKFLOW = `${PYTHON_COMMAND} ${resolve('test/system/stream_workflow.py')}`;

/** `dm-ioc stream watch 1`, and what it has printed when it has ended. */
class Watch {
  readonly child: ChildProcess;
  #output = '';

  constructor(streams: StreamSlot, ...options: string[]) {
    this.child = spawn(process.execPath, [PROGRAM, 'stream', 'watch', '1', ...options], {
      env: { ...cleanEnvironment(), ...streams.ioc.clientEnvironment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#output) && this.child.stdout !== null) await once(this.child.stdout, 'data');
  }

  /** Its exit code and its lines without their times. */
  async ended(): Promise<{ readonly code: number | null; readonly lines: readonly string[] }> {
    const [code] = (await once(this.child, 'close')) as [number | null];
    const times = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /gmu;
    return { code, lines: this.#output.replaceAll(times, '').trimEnd().split('\n') };
  }
}

await t.test('a stream is followed in a terminal until it has ended, which is the exit code', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  const watch = new Watch(streams);
  await watch.until(/Idle/u);
  const ended = watch.ended();
  await streams.begin('python');
  await streams.command('start');
  await watch.until(/command 1 accepted/u);
  await streams.command('count', { number: 10 });
  await t.rejects(streams.command('dance'));
  await watch.until(/command 3 refused/u);
  await streams.put('Stop', 1);
  const { code, lines } = await ended;
  t.equal(code, 0);
  const states = ['Idle', 'Starting', 'Connected', 'Preparing', 'Ready', 'Streaming', 'Finishing', 'Done'];
  t.same(
    lines.filter((line) => states.includes(line)),
    states,
    'each state',
    { lines },
  );
  const text = lines.join('\n');
  t.match(text, /^stream \d{8}T\d{6}-[\da-f]{8}/mu);
  t.match(text, /^report \d+: .*stage warm-up/mu);
  t.match(text, /^report \d+: .*received 10/mu, 'the last count');
  t.match(text, /^command 2: count \{"number":10\} from \S+@127\.0\.0\.1$/mu);
  t.match(text, /^command 3 refused: what is dance\?$/mu);
  t.match(text, /^report \d+: results \{"commands": .*\}/mu, 'the results, though the stream has ended');
});

await t.test('a stream that fails ends the watching with its reason, now and later', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  await streams.begin('python');
  const watch = new Watch(streams);
  const ended = watch.ended();
  await watch.until(/Ready/u);
  await streams.command('break');
  const { code, lines } = await ended;
  t.equal(code, 1);
  t.ok(lines.includes('error: ValueError: no light'), 'why', { lines });
  t.ok(
    lines.some((line) => line.startsWith('Failed [MAJOR: ')),
    'the state with its alarm',
  );
  const cli = (...args: string[]): Promise<Finished> =>
    runProgram(process.execPath, [PROGRAM, 'stream', 'watch', ...args], streams.ioc.clientEnvironment);
  t.match(await cli('1'), { code: 1, stdout: /error: ValueError: no light/u }, 'of one that has ended before');
  t.match(await cli('none'), { code: 1, stderr: /give a slot's number/u });
});

await t.test('with --follow the watching goes on with the next stream, and over a restart of the IOC', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  const watch = new Watch(streams, '--follow');
  const ended = watch.ended();
  await streams.begin('python');
  await streams.put('Abort', 1);
  await watch.until(/Aborted/u);
  await streams.ioc.restart();
  await streams.begin('python');
  await streams.put('Stop', 1);
  await watch.until(/Done/u);
  watch.child.kill('SIGINT');
  const { code, lines } = await ended;
  t.equal(code, 0, 'as the last stream has ended');
  t.equal(new Set(lines.filter((line) => line.startsWith('stream '))).size, 2);
});

await t.test('structures are written as JSON and read as JSON from the command line', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ idle: 'exec sleep 1000' }));
  await streams.put('Workflow', 'idle');
  const started = streams.put('Start', 1);
  await streams.until('State', (state) => state === 'Starting');
  const streamId = await streams.text('StreamId');
  const cli = (...args: string[]): Promise<Finished> =>
    runProgram(process.execPath, [PROGRAM, ...args], streams.ioc.clientEnvironment);
  const put = (name: string, fields: unknown): Promise<Finished> =>
    cli('put', `dm:Stream1:${name}`, typeof fields === 'string' ? fields : JSON.stringify(fields));
  t.match(await put('Report', { streamId, state: 'Ready', nReceived: 7, progress: 12.5, message: 'says "hi"' }), {
    code: 0,
    stdout: /"state":"Ready".*"progress":12\.5,"nReceived":7.*"message":"says \\"hi\\""/u,
  });
  await started;
  t.match(await cli('get', 'dm:Stream1:Report'), { code: 0, stdout: /^\{"streamId":"[^"]*","sequence":1,.*\}\n$/u });
  const sent = streams.command('configure', { gain: 2 });
  await streams.untilPending(1);
  const { stdout } = await cli('get', 'dm:Stream1:Command');
  t.match(JSON.parse(stdout), { command: 'configure', pending: [{ sequence: 1, arguments: '{"gain":2}' }] });
  t.match(await put('Ack', { streamId, sequence: 1, accepted: true, message: 'set' }), { code: 0 });
  await sent;
  const refused = async (fields: unknown, stderr: RegExp): Promise<void> => {
    t.match(await put('Report', fields), { code: 1, stderr }, JSON.stringify(fields));
  };
  await refused('{', /a structure takes a JSON object such as '\{"streamId": …\}', of its fields streamId, sequence/u);
  await refused('5', /takes a JSON object/u);
  await refused({ streamId, frames: 1 }, /no field frames; there are streamId, sequence/u);
  await refused({ streamId, progress: 'much' }, /progress: the field takes a number/u);
  await refused({ streamId, message: 5 }, /message: a string takes a string/u);
  await refused(`{"streamId": "${streamId}", "nReceived": 9007199254740993}`, /SETPOINT_INVALID: nReceived/u);
  await refused({ streamId: 'other' }, /STREAM_STALE: streamId other is of another run/u);
  await streams.put('Abort', 1);
});
