import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { resolve } from 'node:path';
import t from 'tap';
import { cleanEnvironment, PROGRAM, runProgram, type Finished } from './ioc-process.js';
import { PYTHON_COMMAND } from './python-command.js';
import { StreamSlot } from './stream-slot.js';

const WORKFLOW = `${PYTHON_COMMAND} ${resolve('test/system/stream_workflow.py')}`;

/** `dm-ioc stream watch 1`, or another command that goes on, and what it has printed when it has ended. */
class Watch {
  readonly child: ChildProcess;
  readonly #news = new EventEmitter();
  #output = '';

  constructor(streams: StreamSlot, args: readonly string[] = ['stream', 'watch', '1']) {
    this.child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...cleanEnvironment(), ...streams.ioc.clientEnvironment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const output of [this.child.stdout, this.child.stderr]) {
      output?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
        this.#news.emit('news');
      });
    }
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#output)) await once(this.#news, 'news');
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
  t.match(text, /^report: .*stage warm-up/mu);
  t.match(text, /^report: .*received 10/mu, 'the last count');
  t.match(text, /^command 2: count \{"number":10\} from \S+@127\.0\.0\.1$/mu);
  t.match(text, /^command 3 refused: what is dance\?$/mu);
  t.match(text, /^command 4 accepted: stops$/mu, 'with what the workflow says');
  t.notMatch(text, /""|stage,/u, 'what became empty is no news');
  t.match(text, /^report: results \{"commands": .*\}/mu, 'the results, though the stream has ended');
});

await t.test('a stream that fails ends the watching with its reason', async (t) => {
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
});

await t.test('who watches a slot whose last stream has ended waits for the next one', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  await streams.begin('python');
  await t.rejects(streams.command('dance'));
  await streams.put('Abort', 1);
  const old = await streams.text('StreamId');
  const watch = new Watch(streams);
  await watch.until(/waits for the next/u);
  const ended = watch.ended();
  await streams.begin('python');
  await streams.put('Stop', 1);
  const { code, lines } = await ended;
  t.equal(code, 0, 'as the next one has ended');
  t.equal(lines[0], `stream ${old} has ended, Aborted; waits for the next`);
  t.notMatch(lines.slice(1).join('\n'), new RegExp(`${old}|Aborted|error:|dance`, 'u'), 'nothing else of the old one');
  t.match(lines.join('\n'), /^command 1 accepted: stops$/mu);
});

await t.test('a command that is withdrawn at its time limit is told so, and what comes late, too', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ idle: 'exec sleep 1000' }));
  await streams.put('Workflow', 'idle');
  const started = streams.put('Start', 1);
  await streams.until('State', (state) => state === 'Starting');
  const streamId = await streams.text('StreamId');
  await streams.client.put('dm:Stream1:Report', { streamId, state: 'Ready' });
  await started;
  const watch = new Watch(streams);
  const ended = watch.ended();
  await watch.until(/Ready/u);
  const command = { command: 'configure', timeout: 0.1 };
  await t.rejects(streams.client.put('dm:Stream1:Command', command), { message: /withdrawn/u });
  await watch.until(/command 1 withdrawn: configure not acknowledged within 0\.\d s/u);
  await streams.client.put('dm:Stream1:Ack', { streamId, sequence: 1, accepted: false, message: 'no gain' });
  await watch.until(/command 1 refused: no gain/u);
  const rates = { nReceived: 5, receiveRate: 49.99999912345, processRate: 1 / 3, progress: 100 / 3 };
  await streams.client.put('dm:Stream1:Report', { streamId, ...rates });
  await watch.until(/report: 33\.33 %, received 5, receives 50\/s, processes 0\.3333\/s$/mu);
  await streams.put('Abort', 1);
  t.equal((await ended).code, 1);
});

await t.test('what others say in a stream is nothing that the terminal of a watcher obeys', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ idle: 'exec sleep 1000' }));
  await streams.put('Workflow', 'idle');
  await streams.put('Start', 1, { block: false });
  await streams.until('State', (state) => state === 'Starting');
  const streamId = await streams.text('StreamId');
  await streams.client.put('dm:Stream1:Report', { streamId, state: 'Ready' });
  const watch = new Watch(streams);
  const ended = watch.ended();
  const sent = t.rejects(streams.command('c\u001B[2J\nd'), { message: /COMMAND_REFUSED/u });
  await streams.untilPending(1);
  await streams.client.put('dm:Stream1:Ack', { streamId, sequence: 1, accepted: false, message: 'no\u001B[5m\nway' });
  await sent;
  await watch.until(/command 1 refused/u);
  const { stderr } = await runProgram(
    process.execPath,
    [PROGRAM, 'put', 'dm:Stream1:Report', JSON.stringify({ streamId, state: 'x\u001B[2J' })],
    streams.ioc.clientEnvironment,
  );
  t.match(stderr, /no state x\\x1b\[2J;.*\n$/u);
  const message = 'why\u001B[2J\n2026-11-28 00:00:00 Done\r\u009B2J';
  await streams.client.put('dm:Stream1:Report', { streamId, state: 'Failed', message });
  const { code, lines } = await ended;
  t.equal(code, 1);
  t.notMatch(lines.join(''), /\p{Cc}/u, { lines });
  t.notOk(lines.includes('Done'), 'nobody writes a line of their own', { lines });
  t.match(lines.join('\n'), /^error: why\\x1b\[2J\\n2026/mu);
  const { stdout } = await runProgram(
    process.execPath,
    [PROGRAM, 'get', 'dm:Stream1:ErrorMessage', 'dm:Stream1:Report'],
    streams.ioc.clientEnvironment,
  );
  t.match(stdout, /why\\x1b/u);
  t.notMatch(stdout.replaceAll('\n', ''), /\p{Cc}/u);
});

await t.test(
  'whoever watches or follows learns that the IOC has gone, also when it ends in peace, and is back',
  async (t) => {
    const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
    await streams.begin('python');
    const watch = new Watch(streams);
    const ended = watch.ended();
    const monitor = new Watch(streams, ['monitor', 'dm:Stream1:State', 'dm:Stream1:Report']);
    await Promise.all([watch.until(/Ready/u), monitor.until(/Report .*"state":"Ready"/u)]);
    for (const [index, signal] of (['SIGKILL', 'SIGTERM'] as const).entries()) {
      await streams.ioc.restart(signal);
      await watch.until(new RegExp(`(?:not connected[^]*is back[^]*){${index + 1}}`, 'u'));
      await monitor.until(new RegExp(`(?:Report \\*\\*\\* disconnected[^]*"state":"Ready"[^]*){${index + 1}}`, 'u'));
    }
    monitor.child.kill('SIGINT');
    await streams.put('Stop', 1);
    const { code, lines } = await ended;
    t.equal(code, 0);
    t.same(
      lines.filter((line) => line.startsWith('***')),
      ['*** the IOC is not connected', '*** the IOC is back', '*** the IOC is not connected', '*** the IOC is back'],
      'each once',
    );
  },
);

await t.test('a slot that is none is told to whoever would watch it', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  const none = await runProgram(process.execPath, [PROGRAM, 'stream', 'watch', 'none'], streams.ioc.clientEnvironment);
  t.match(none, { code: 1, stderr: /give a slot's number, such as 1/u });
  const watch = new Watch(streams, ['stream', 'watch', '9', '--timeout', '0.5']);
  await watch.until(/Stream9:State, .*: nobody has answered for 0\.5 s.*; the configuration has streams 1 to 4/u);
  watch.child.kill('SIGINT');
  t.equal((await watch.ended()).code, 0);
});

await t.test('with --follow the watching goes on with the next stream, and over a restart of the IOC', async (t) => {
  const streams = await StreamSlot.inNewIoc(t, () => ({ python: WORKFLOW }));
  const watch = new Watch(streams, ['stream', 'watch', '1', '--follow']);
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
  const sent = cli('put', 'dm:Stream1:Command', '{"command":"configure","arguments":"{\\"gain\\":2}"}', '--wait');
  await streams.untilPending(1);
  const { stdout } = await cli('get', 'dm:Stream1:Command');
  t.match(JSON.parse(stdout), { command: 'configure', pending: [{ sequence: 1, arguments: '{"gain":2}' }] });
  t.match(await put('Ack', { streamId, sequence: 1, accepted: true, message: 'set' }), { code: 0 });
  t.match(await sent, { code: 0, stdout: /"answers":\[\{"sequence":1,"outcome":"accepted","message":"set"\}\]/u });
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
