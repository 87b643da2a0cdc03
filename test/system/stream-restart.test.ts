import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ObeyingStream } from './obeying-stream.js';
import type { Fields } from './stream-slot.js';

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  await t.test(`both sides go on with the same stream and numbers after the IOC has ended (${signal})`, async (t) => {
    const bench = await ObeyingStream.create(t);
    const gate = bench.gate('go');
    await bench.start();
    await bench.command('start');
    await bench.command('say', { nReceived: 7, message: 'before' });
    const [streamId, jobId, pid] = [await bench.text('StreamId'), await bench.text('JobId'), await bench.workflowPid()];
    const once = { requestId: 'scan-17' };
    const cut =
      signal === 'SIGTERM' ? { message: /the IOC stops, the command waits on$/u } : { code: 'PVA_DISCONNECTED' };
    const held = t.rejects(bench.command('hold', { go: gate.path }, once), cut, 'who waits hears that the IOC is gone');
    await bench.untilLogged(/^command 3 hold/u);
    const second = t.rejects(bench.command('mine', {}), cut);
    await bench.untilPending(2);
    await bench.put('SendCommand', 'configure');
    const sent = t.rejects(bench.put('Send', 1), cut);
    await bench.untilLogged(/^pending 5: 3 4 5$/u);
    await bench.ioc.restart(signal);
    await Promise.all([held, second, sent]);

    t.equal(await bench.text('StreamId'), streamId);
    t.equal(await bench.text('JobId'), jobId);
    t.equal(await bench.text('State'), 'Streaming');
    t.equal(await bench.text('NReceived'), '7');
    t.equal(await bench.text('NPending'), '3', 'what was not acknowledged still is not');
    const before = await bench.until('Command', ({ streamId: id }: Fields) => id === streamId);
    t.match(before, { pending: [{ command: 'hold' }, { command: 'mine' }, { command: 'configure' }] });
    const repeated = bench.command('hold', { go: gate.path }, once);
    gate.open();
    await repeated;
    await bench.untilPending(0);
    await bench.command('say', { nReceived: 8, message: 'after' });
    t.equal(await bench.text('NReceived'), '8');
    const report = await bench.until('Report', ({ message }: Fields) => message === 'after');
    t.match(report, { streamId, jobId, state: 'Streaming' });
    t.equal(Number(report['sequence']), 6, 'the next number');
    await bench.put('Stop', 1);
    t.equal(await bench.text('State'), 'Done');
    t.same(bench.commands, ['1 start', '2 say', '3 hold', '4 mine', '5 configure', '6 say', '7 stop']);
    t.equal(bench.log.filter((line) => line.startsWith('hello')).length, 1);
    t.equal(bench.log.at(-1), 'bye', 'of the same process', { pid });
  });
}

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  await t.test(
    `a stream that was being started when the IOC ended becomes ready all the same (${signal})`,
    async (t) => {
      const bench = await ObeyingStream.create(t);
      const gate = bench.gate('go');
      await bench.prepare({ mode: 'slow', go: gate.path });
      const cut =
        signal === 'SIGTERM' ? { message: 'the IOC stops, the stream goes on' } : { code: 'PVA_DISCONNECTED' as const };
      const started = t.rejects(bench.put('Start', 1), cut);
      await bench.untilLogged(/^hello/u);
      await bench.untilState('Connected');
      await bench.ioc.restart(signal);
      await started;
      await t.rejects(bench.put('Start', 1), { message: /busy with stream/u });
      gate.open();
      await bench.untilState('Ready');
      await bench.command('mine');
      await bench.put('Stop', 1);
      t.equal(bench.log.filter((line) => line.startsWith('hello')).length, 1);
    },
  );
}

await t.test('a stream whose workflow ended while the IOC was away has ended', async (t) => {
  const bench = await ObeyingStream.create(t);
  await bench.start();
  const streamId = await bench.text('StreamId');
  const pid = await bench.workflowPid();
  await bench.ioc.restart();
  process.kill(pid, 'SIGKILL');
  await bench.untilState('Failed');
  t.equal(await bench.text('StreamId'), streamId);
  await bench.start();
  t.equal(await bench.text('State'), 'Ready', 'and the next one begins');
  t.not(await bench.text('StreamId'), streamId);
});

await t.test(
  'a Stop that waited when the IOC was killed still reaches the workflow, and may be put again',
  async (t) => {
    const bench = await ObeyingStream.create(t);
    const gate = bench.gate('go');
    await bench.start();
    const held = t.rejects(bench.command('hold', { go: gate.path }), { code: 'PVA_DISCONNECTED' });
    await bench.untilLogged(/^command 1 hold/u);
    const stopped = t.rejects(bench.put('Stop', 1), { code: 'PVA_DISCONNECTED' });
    await bench.untilLogged(/^pending 2: 1 2$/u);
    await bench.ioc.restart();
    await Promise.all([held, stopped]);
    const again = bench.put('Stop', 1);
    await bench.untilPending(3);
    gate.open();
    await again;
    t.equal(await bench.text('State'), 'Done');
    t.same(bench.commands, ['1 hold', '2 stop']);
  },
);

await t.test('what is at one slot is nothing to another, also over a restart', async (t) => {
  const bench = await ObeyingStream.create(t);
  const other = bench.ofSlot(2);
  await bench.start();
  await other.start();
  const ids = [await bench.text('StreamId'), await other.text('StreamId')];
  t.not(ids[0], ids[1]);
  await other.command('mine');
  await bench.ioc.restart();
  t.same([await bench.text('StreamId'), await other.text('StreamId')], ids);
  await other.command('mine');
  await bench.put('Stop', 1);
  t.equal(await other.text('State'), 'Ready');
  await t.rejects(bench.client.put('dm:Stream1:Report', { streamId: ids[1], message: 'lost' }), {
    message: /another run/u,
  });
  await other.put('Stop', 1);
  t.same([bench.commands, other.commands], [['1 stop'], ['1 mine', '2 mine', '3 stop']]);
});

await t.test(
  'a stream whose saved state can not be read is Failed with the reason, and Abort ends its job',
  async (t) => {
    const bench = await ObeyingStream.create(t);
    await bench.start();
    await bench.command('say', { nReceived: 7 });
    const [streamId, jobId, pid] = [await bench.text('StreamId'), await bench.text('JobId'), await bench.workflowPid()];
    const directory = join(bench.ioc.directory, 'dm', 'autosave');
    await bench.ioc.restart('SIGKILL', () => {
      for (const file of readdirSync(directory)) {
        const text = readFileSync(join(directory, file), 'utf8');
        writeFileSync(join(directory, file), text.replaceAll('"nReceived":', '"nReceived":-'));
      }
    });
    t.equal(await bench.text('State'), 'Failed');
    t.match(await bench.text('ErrorMessage'), /can't be read, .*: report\.nReceived must be a whole number/u);
    t.match([await bench.text('StreamId'), await bench.text('JobId')], [streamId, jobId]);
    await t.rejects(bench.put('Start', 1), { message: /busy with stream/u });
    await bench.put('Abort', 1);
    t.throws(() => process.kill(pid, 0), { code: 'ESRCH' }, 'its process has ended');
    await bench.start();
    await bench.put('Stop', 1);
    t.equal(await bench.text('State'), 'Done', 'the slot is free again');
  },
);
