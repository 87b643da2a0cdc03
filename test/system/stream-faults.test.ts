import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import t from 'tap';
import { cleanEnvironment, PYTHON, runProgram } from './ioc-process.js';
import { ObeyingStream } from './obeying-stream.js';
import { patientClient } from './patient-client.js';
import type { Fields } from './stream-slot.js';

await t.test('a workflow that dies fails its stream with its last word, and whoever waits hears it', async (t) => {
  const bench = await ObeyingStream.create(t);
  const { client, name: slot } = bench;
  await t.rejects(bench.start({ mode: 'early' }), { message: /1 failed \(exit 7\): no detector/u }, 'Start');
  t.equal(await bench.text('State'), 'Failed');
  t.match((await client.get(`${slot}:State`)).alarm, { severity: 'MAJOR', message: /no detector/u });
  t.match(await bench.text('StateText'), /^Failed: 1 failed \(exit 7\): no detector/u);
  await bench.until('Report', (_report, severity, message) => severity === 'MAJOR' && message.includes('no detector'));

  await bench.start();
  const said = { message: /the job has ended \(failed\): 1 failed \(exit 1\): disk full/u };
  await t.rejects(bench.command('exit', { code: 1, reason: 'disk full' }), said, 'a command');
  t.match(await bench.text('ErrorMessage'), /disk full\nfirst line\ndisk full/u);

  await bench.start();
  const gate = bench.gate('never');
  const pid = await bench.workflowPid();
  const held = t.rejects(bench.command('hold', { go: gate.path }), { message: /the job has ended \(failed\)/u });
  await bench.untilPending(1);
  const stopped = t.rejects(bench.put('Stop', 1), { message: /SIGKILL|signal/u }, 'Stop');
  await bench.untilPending(2);
  process.kill(pid, 'SIGKILL');
  await Promise.all([held, stopped]);
  t.equal(await bench.text('State'), 'Failed');
  await t.rejects(bench.put('Stop', 1), { message: /SIGKILL|signal/u }, 'also when it has ended already');
});

await t.test('a workflow that ends well without a word has ended, but was never ready', async (t) => {
  const bench = await ObeyingStream.create(t);
  const gate = bench.gate('go');
  gate.open();
  await t.rejects(bench.start({ mode: 'mute', go: gate.path }), { message: /has ended, and was never Ready/u });
  t.equal(await bench.text('State'), 'Done');
  await bench.start({ leave: 'at once' });
  await bench.put('Stop', 1);
  t.equal(await bench.text('State'), 'Done', 'to go instead of acknowledging Stop is to stop');
});

await t.test('a stream goes on without the client that began it, and another one takes it over', async (t) => {
  const bench = await ObeyingStream.create(t);
  const { name: slot } = bench;
  const [ready, go] = [bench.gate('ready'), bench.gate('go')];
  await bench.prepare({ mode: 'slow', go: ready.path });
  const environment = { ...cleanEnvironment(), ...bench.ioc.clientEnvironment };
  const starter = spawn(PYTHON, [resolve('test/system/puts_in_line.py'), `${slot}:Start`, '1'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await bench.untilState('Connected');
  starter.kill('SIGKILL');
  await once(starter, 'exit');
  ready.open();
  await bench.untilState('Ready');

  const hold = { command: 'hold', arguments: JSON.stringify({ go: go.path }), requestId: 'scan' };
  const lines = [
    'from p4p.client.thread import Context',
    `Context("pva", nt=False).put("${slot}:Command", ${JSON.stringify(hold)}, timeout=None)`,
  ];
  const commander = spawn(PYTHON, ['-c', lines.join('\n')], { env: environment, stdio: 'inherit' });
  await bench.untilLogged(/^command 1 hold/u);
  commander.kill('SIGKILL');
  await once(commander, 'exit');
  const other = patientClient(bench.ioc.clientEnvironment);
  const again = other.put(`${slot}:Command`, hold, { timeoutMs: 600_000 });
  go.open();
  await again;
  other.close();
  await t.rejects(bench.put('Start', 1), { message: /busy with stream/u });
  await t.rejects(bench.put('Clear', 1), { message: /busy with stream/u });
  t.same(bench.commands, ['1 hold']);
  t.equal(bench.log.filter((line) => line.startsWith('hello')).length, 1);
  await bench.put('Stop', 1);
});

await t.test('a client of PVAccess that leaves while its Start waits leaves the stream', async (t) => {
  const bench = await ObeyingStream.create(t);
  const ready = bench.gate('ready');
  await bench.prepare({ mode: 'slow', go: ready.path });
  const leaving = patientClient(bench.ioc.clientEnvironment);
  const started = t.rejects(leaving.put(`${bench.name}:Start`, 1, { block: true }), { code: 'PVA_CLOSED' });
  await bench.untilState('Connected');
  leaving.close();
  await started;
  ready.open();
  await bench.untilState('Ready');
  await bench.until('Start', (now) => now === 'Done');
  await bench.command('mine');
  await bench.put('Stop', 1);
});

await t.test(
  'an old process that still reports and acknowledges is refused, and the new stream is unharmed',
  async (t) => {
    const bench = await ObeyingStream.create(t);
    const gate = bench.gate('go');
    await bench.start();
    const old = await bench.text('StreamId');
    await bench.put('Abort', 1);
    await bench.start();
    const held = bench.command('hold', { go: gate.path });
    await bench.untilLogged(/^command 1 hold/u);
    const before = await bench.until('Report', ({ state }: Fields) => state === 'Ready');
    const log = join(bench.ioc.directory, 'old');
    const environment = { streamId: old, mode: 'once', log };
    const pvs = { reportPv: `${bench.name}:Report`, commandPv: `${bench.name}:Command`, ackPv: `${bench.name}:Ack` };
    const { code, stderr } = await runProgram(PYTHON, [resolve('test/system/obeying_workflow.py')], {
      ...bench.ioc.clientEnvironment,
      ...pvs,
      ...environment,
    });
    t.equal(code, 0, stderr);
    const stale = `STREAM_STALE: streamId ${old} is of another run; this is ${await bench.text('StreamId')}`;
    t.same(bench.logOf('old').slice(1), [`said ${stale}`, `acknowledged ${stale}`]);
    for (const what of ['report', 'acknowledge']) {
      t.match(
        bench.ioc.output,
        new RegExp(`WARN refused stream=1 what=${what} user=\\S+ host=127\\.0\\.0\\.1 code=STREAM_STALE`, 'u'),
      );
    }
    t.equal(await bench.text('NPending'), '1', 'what it acknowledged waits still');
    t.same((await bench.client.get(`${bench.name}:Report`)).fields, before);
    gate.open();
    await held;
    await bench.put('Stop', 1);
  },
);

await t.test('silence is an alarm that goes when the workflow speaks again, also when it never spoke', async (t) => {
  const bench = await ObeyingStream.create(t);
  const [first, second] = [bench.gate('first'), bench.gate('second')];
  await bench.put('HeartbeatTimeout', 1);
  const ended = t.rejects(bench.start({ mode: 'mute', go: first.path }));
  await bench.until('State', (now, severity) => now === 'Starting' && severity === 'MINOR');
  first.open();
  await ended;
  await bench.start();
  const held = bench.command('hold', { go: second.path });
  const silent = /^silent for \d+ s$/u;
  const isSilent =
    (wanted: string) =>
    (_now: unknown, severity: string, message: string): boolean =>
      severity === wanted && silent.test(message);
  await bench.until('State', isSilent('MINOR'));
  await bench.until('Alive', isSilent('MAJOR'));
  await bench.until('Report', isSilent('MINOR'));
  t.match(await bench.text('StateText'), /^Ready, run: silent for \d+ s$/u);
  t.equal(await bench.text('Alive'), 'No');
  second.open();
  await held;
  for (const name of ['State', 'Alive', 'Report']) await bench.until(name, (_now, severity) => severity === 'NONE');
  t.equal(await bench.text('State'), 'Ready', 'silence ends nothing');
  await bench.put('Stop', 1);
});

await t.test('a step in the wrong order is refused with what it was, and nothing changes', async (t) => {
  const bench = await ObeyingStream.create(t);
  const said = (): string | undefined => bench.log.findLast((line) => line.startsWith('said'));
  await bench.prepare({ mode: 'connected' });
  const started = bench.put('Start', 1);
  await bench.untilState('Connected');
  await t.rejects(bench.command('start'), { message: /start makes no sense while Connected/u });
  await bench.command('say', { state: 'Streaming', nReceived: 5 });
  t.equal(said(), "said STREAM_ORDER: Streaming can't follow Connected: report Ready first");
  await bench.command('say', { state: 'Warm' });
  t.match(said(), /^said STREAM_ORDER: no state Warm/u);
  t.equal(await bench.text('NReceived'), '0');
  await bench.command('say', { state: 'ready', message: 'in any case' });
  await started;
  t.equal(said(), 'said None');
  const same = { state: 'ready', message: 'in any case' };
  await bench.command('repeat', { sequence: 4, content: same });
  t.equal(said(), 'said None', 'the same one again is good');
  const { fields } = await bench.client.get('dm:Stream1:Report');
  t.equal(fields['sequence'], 4n, 'and no other one');
  await bench.command('repeat', { sequence: 4, content: { message: 'another' } });
  t.match(
    [said(), await bench.text('Message')],
    ['said None', 'another'],
    'the same number with other content is the next',
  );
  await bench.command('repeat', { sequence: 2, content: { message: 'older' } });
  t.match(said(), /^said STREAM_ORDER: report 2 after 5: go on from Report\.sequence, or put 0 for the next/u);
  t.equal(await bench.text('Message'), 'another');
  t.equal(await bench.text('State'), 'Ready');
  await bench.put('Stop', 1);
});

await t.test('a workflow may report Failed and Done by itself, and commands have nobody then', async (t) => {
  const bench = await ObeyingStream.create(t);
  await bench.start();
  await bench.command('say', { state: 'Failed', message: 'no beam' });
  t.equal(await bench.text('State'), 'Failed');
  t.equal(await bench.text('ErrorMessage'), 'no beam');
  await t.rejects(bench.command('mine'), { message: /the stream is Failed: put Start first/u });
  await t.rejects(bench.put('Start', 1), { message: /busy with stream/u }, 'while its job runs');
  await bench.put('Abort', 1);
  t.equal(await bench.text('ErrorMessage'), 'no beam', 'the reason stays');
  await bench.prepare({ mode: 'connected' });
  const started = t.rejects(bench.put('Start', 1), { message: /no detector/u });
  await bench.untilState('Connected');
  await bench.command('say', { state: 'Failed', message: 'no detector' });
  await started;
  await bench.put('Abort', 1);
  await bench.start();
  await bench.command('say', { state: 'Done', results: '{"n": 1}' });
  t.match(await bench.text('StateText'), /^Done, its job is running/u);
  const stopped = bench.put('Stop', 1);
  process.kill(await bench.workflowPid(), 'SIGKILL');
  await t.rejects(stopped, { message: /signal|SIGKILL/u }, 'a job that fails after Done fails the stream');
});
