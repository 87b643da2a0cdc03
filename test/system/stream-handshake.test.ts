import { CaClient } from 'node-epics-ca';
import t from 'tap';
import { PATIENCE_MS } from '../patience.js';
import { ObeyingStream } from './obeying-stream.js';
import type { Fields } from './stream-slot.js';

const LONG_REASON = `it has no such thing, ${'and says so at length, '.repeat(10)}the end`;

await t.test('Start is done when the workflow is ready, and each way to command ends with its answer', async (t) => {
  const bench = await ObeyingStream.create(t);
  const { client, name: slot } = bench;
  await bench.start();
  t.equal(await bench.text('State'), 'Ready');
  t.equal(await bench.text('Ready'), 'Yes');
  t.equal(await bench.text('Alive'), 'Yes');
  t.equal(await bench.text('Stage'), 'run');
  const { fields: report } = await client.get(`${slot}:Report`);
  t.match(report, { streamId: await bench.text('StreamId'), jobId: await bench.text('JobId'), state: 'Ready' });
  t.equal(Number(report['sequence']), 3);

  await bench.command('prepare', { a: 1 });
  const rejected = { code: 'PVA_REMOTE', remoteCode: 'COMMAND_REFUSED', message: new RegExp(`${LONG_REASON}$`, 'u') };
  await t.rejects(bench.command('refuse', { reason: LONG_REASON }), rejected, 'the whole reason');

  const ca = new CaClient({ environment: bench.ioc.clientEnvironment, timeoutMs: PATIENCE_MS });
  const send = async (command: string, args: object): Promise<void> => {
    await ca.put(`${slot}:SendCommand`, command, { complete: true });
    await ca.put(`${slot}:SendArgs.VAL$`, JSON.stringify(args), { complete: true });
    await ca.put(`${slot}:Send`, 1, { complete: true });
  };
  await send('configure', { b: 2 });
  await t.rejects(send('refuse', { reason: LONG_REASON }), { code: 'CA_PUT_FAILED', alarmMessage: /^it has no such/u });
  t.equal((await ca.get(`${slot}:ErrorMessage.VAL$`)).value, LONG_REASON, 'the whole reason');
  await ca.close();

  const { fields } = await client.rpc('dm:rpc:sendCommand', { command: 'mine', arguments: '{"c": 3}' });
  t.equal(fields['message'], 'mine is done', 'a call has what the workflow says');
  await t.rejects(
    client.rpc('dm:rpc:sendCommand', { command: 'refuse', arguments: JSON.stringify({ reason: LONG_REASON }) }),
    rejected,
  );
  await t.rejects(client.rpc('dm:rpc:sendCommand', { slot: 9, command: 'mine' }), {
    code: 'PVA_REMOTE',
    remoteCode: 'SETPOINT_INVALID',
    message: /no stream slot 9; the configuration has slots\.stream: 4/u,
  });
  await t.rejects(bench.command('mine', {}, { streamId: 'of another run' }), {
    code: 'PVA_REMOTE',
    remoteCode: 'STREAM_STALE',
  });

  await bench.command('start');
  t.equal(await bench.text('State'), 'Streaming');
  await bench.command('say', { nReceived: 100, nProcessed: 99, nDropped: 1, receiveRate: 10.5, message: 'going on' });
  t.same(
    await Promise.all(['NReceived', 'NProcessed', 'NDropped', 'ReceiveRate', 'Message'].map((pv) => bench.text(pv))),
    ['100', '99', '1', '10.5', 'going on'],
  );
  await bench.put('Stop', 1);
  t.equal(await bench.text('State'), 'Done');
  t.match((await client.get(`${slot}:Command`)).fields, { command: 'stop', source: /^\w+@127\.0\.0\.1$/u });
  t.equal(await bench.text('Results'), '{"answer": 42}');
  t.equal(await bench.text('Progress'), '100');
  t.same(bench.commands, [
    '1 prepare',
    '2 refuse',
    '3 configure',
    '4 refuse',
    '5 mine',
    '6 refuse',
    '7 start',
    '8 say',
    '9 stop',
  ]);
  await t.rejects(bench.command('prepare'), { code: 'PVA_REMOTE', remoteCode: 'STREAM_ENDED' });
  await bench.put('Clear', 1);
  t.equal(await bench.text('State'), 'Idle');
  t.match(await bench.until('Report', ({ state }: Fields) => state === 'Idle'), { streamId: '' });
  t.match(await bench.until('Command', ({ streamId }: Fields) => streamId === ''), { command: '' });
  await t.rejects(bench.command('prepare'), { remoteCode: 'STREAM_ENDED', message: /put Start first/u });
});

await t.test(
  'what the workflow finds wrong with itself is an alarm of the stream, until it takes it back',
  async (t) => {
    const bench = await ObeyingStream.create(t);
    await bench.start();
    const alarmOf = async (name: string): Promise<unknown> => (await bench.client.get(`${bench.name}:${name}`)).alarm;
    await bench.command('say', { alarm: { severity: 2, message: 'detector is warm' } });
    await bench.until('Report', (_now, severity) => severity === 'MAJOR');
    for (const name of ['Report', 'State'])
      t.match(await alarmOf(name), { severity: 'MAJOR', message: 'detector is warm' });
    t.equal(await bench.text('StateText'), 'Ready, run: detector is warm');
    await bench.command('say', { message: 'it does not say more' });
    t.match(await alarmOf('State'), { severity: 'MAJOR', message: 'detector is warm' }, 'what is left out stays');
    await bench.command('say', { alarm: { severity: 4 } });
    t.match(
      bench.log.findLast((line) => line.startsWith('said')),
      /SETPOINT_INVALID: alarm\.severity 4/u,
    );
    await bench.ioc.restart();
    await bench.until('Report', (_now, _severity, message) => message === 'detector is warm');
    await bench.command('say', { alarm: { severity: 0 } });
    await bench.until('Report', (_now, severity, message) => severity === 'NONE' && message === '');
    t.match(await alarmOf('State'), { severity: 'NONE', message: '' });
    await bench.command('say', { alarm: { severity: 1, message: 'left over' } });
    await bench.put('Stop', 1);
    t.match(await alarmOf('State'), { severity: 'NONE' }, 'what has ended well is well');
  },
);

await t.test('a command ends at its time limit, with when the workflow was heard, and is not done later', async (t) => {
  const bench = await ObeyingStream.create(t);
  const gate = bench.gate('go');
  await bench.start();
  const held = bench.command('hold', { go: gate.path });
  await bench.untilLogged(/^command 1 hold/u);
  await t.rejects(bench.command('prepare', {}, { timeout: 0.3 }), {
    remoteCode: 'COMMAND_TIMEOUT',
    message: /prepare not acknowledged within 0\.\d s, withdrawn; the workflow was heard \d+\.\d s ago/u,
  });
  for (const timeout of [86_401, 3_000_000, 1e300, Infinity, NaN, -1]) {
    await t.rejects(bench.command('prepare', {}, { timeout }), {
      message: `SETPOINT_INVALID: timeout ${timeout} is out of range 0..86400 s`,
    });
  }
  await bench.put('CommandTimeout', 0.2);
  await bench.put('SendCommand', 'configure');
  await t.rejects(bench.put('Send', 1), { message: /configure not acknowledged within/u });
  await bench.untilLogged(/^pending 3: 1$/u);
  gate.open();
  await held;
  await bench.command('mine', {}, { timeout: 600 });
  t.same(bench.commands, ['1 hold', '4 mine'], 'who looks at what is pending does nothing that was withdrawn');
});

await t.test('commands come once and in order, though the workflow sleeps or its monitor is gone', async (t) => {
  const bench = await ObeyingStream.create(t);
  const [asleep, away] = [bench.gate('asleep'), bench.gate('away')];
  await bench.start();
  const held = bench.command('hold', { go: asleep.path });
  await bench.untilLogged(/^command 1 hold/u);
  const names = Array.from({ length: 40 }, (_name, index) => `squashed${index}`);
  const squashed: Promise<void>[] = [];
  for (const [index, name] of names.entries()) {
    squashed.push(bench.command(name));
    await bench.untilPending(index + 2);
  }
  asleep.open();
  await Promise.all([held, ...squashed]);

  await bench.command('reconnect', { go: away.path });
  const missed = [bench.command('missed1')];
  await bench.untilPending(1);
  missed.push(bench.command('missed2'));
  await bench.untilPending(2);
  away.open();
  await Promise.all(missed);
  const wanted = ['hold', ...names, 'reconnect', 'missed1', 'missed2'];
  t.same(
    bench.commands,
    wanted.map((name, index) => `${index + 1} ${name}`),
  );
});

await t.test('a put that is repeated with its request id is one command, also of another client', async (t) => {
  const bench = await ObeyingStream.create(t);
  const gate = bench.gate('go');
  await bench.start();
  const once = { requestId: 'scan-17' };
  const twice = [bench.command('hold', { go: gate.path }, once), bench.command('hold', { go: gate.path }, once)];
  await bench.untilLogged(/^command 1 hold/u);
  gate.open();
  await Promise.all(twice);
  await bench.command('hold', { go: gate.path }, once);
  const held = { command: 'hold', arguments: JSON.stringify({ go: gate.path }), ...once };
  await bench.client.rpc('dm:rpc:sendCommand', held);
  await t.rejects(bench.command('refuse', { reason: 'never' }, { requestId: 'scan-18' }), { message: /never$/u });
  await t.rejects(bench.command('refuse', { reason: 'never' }, { requestId: 'scan-18' }), { message: /never$/u });
  t.same(bench.commands, ['1 hold', '2 refuse']);
});
