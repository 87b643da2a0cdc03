import t from 'tap';
import { ObeyingStream } from './obeying-stream.js';
import type { Fields } from './stream-slot.js';

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

await t.test('a stream that is being started is not started twice', async (t) => {
  const bench = await ObeyingStream.create(t);
  const ready = bench.gate('ready');
  await bench.prepare({ mode: 'slow', go: ready.path });
  const first = bench.put('Start', 1);
  await bench.untilState('Connected');
  const second = t.rejects(bench.put('Start', 1), { message: /busy with stream \S+: put Stop or Abort/u });
  ready.open();
  await first;
  await second;
  t.equal(await bench.text('State'), 'Ready', 'the first goes on');
  t.equal(bench.log.filter((line) => line.startsWith('hello')).length, 1);
});

await t.test('Abort ends the job for certain at each stage, and answers whoever waits', async (t) => {
  const bench = await ObeyingStream.create(t);
  const gate = bench.gate('never');
  const aborted = async (which: string): Promise<void> => {
    const pid = await bench.workflowPid();
    await bench.put('Abort', 1);
    t.notOk(isRunning(pid), `${which}: its process has ended`);
    t.equal(await bench.text('State'), 'Aborted');
    t.equal(await bench.text('NPending'), '0');
    t.match((await bench.client.get(`${bench.name}:State`)).alarm, { severity: 'MINOR' });
  };
  for (const [mode, state] of [
    ['mute', 'Starting'],
    ['slow', 'Connected'],
  ] as const) {
    await bench.prepare({ mode, go: gate.path });
    const started = t.rejects(bench.put('Start', 1), { message: /aborted/u }, 'who waits for Start');
    await bench.untilState(state);
    await aborted(state);
    await started;
  }
  await bench.start();
  await aborted('Ready');
  await bench.start();
  await bench.command('start');
  const held = t.rejects(bench.command('hold', { go: gate.path }), { message: /the job has ended \(aborted\)/u });
  await bench.untilPending(1);
  const stopped = t.rejects(bench.put('Stop', 1), { message: /aborted/u }, 'who waits for Stop');
  await bench.untilPending(2);
  await aborted('Streaming');
  await Promise.all([held, stopped]);
  await bench.put('Abort', 1);
  await bench.start();
  t.equal(await bench.text('State'), 'Ready', 'the slot serves the next one');
});

await t.test('a Start that is refused leaves the slot empty, with the reason', async (t) => {
  const bench = await ObeyingStream.create(t);
  await t.rejects(bench.put('Start', 1), { message: /no Workflow: put it first/u });
  await bench.put('Workflow', 'nowhere');
  await t.rejects(bench.put('Start', 1), { message: /nowhere/u });
  t.equal(await bench.text('StreamId'), '');
  t.match(await bench.text('StateText'), /^Idle: .*nowhere/u);
  await bench.until('Report', ({ state, streamId }: Fields) => state === 'Idle' && streamId === '');
  await t.rejects(bench.put('Stop', 1), { message: /no stream in this slot/u });
  await bench.put('Abort', 1);
  await bench.put('Clear', 1);
  await bench.start();
  t.equal(await bench.text('State'), 'Ready');
});

await t.test(
  'a Stop before the workflow is ready ends the stream, and a Start that waits says that it never was',
  async (t) => {
    const bench = await ObeyingStream.create(t);
    await bench.prepare({ mode: 'connected' });
    const started = t.rejects(bench.put('Start', 1), { message: /has ended, and was never Ready/u });
    await bench.untilState('Connected');
    await bench.put('Stop', 1);
    await started;
    t.equal(await bench.text('State'), 'Done');
    const gate = bench.gate('go');
    await bench.prepare({ mode: 'mute', go: gate.path });
    const mute = t.rejects(bench.put('Start', 1), { message: /has ended, and was never Ready/u });
    await bench.untilState('Starting');
    await bench.put('CommandTimeout', 0.2);
    const unheard =
      /^stop not acknowledged within 0\.\d s, withdrawn; the workflow was never heard; put Abort to end it$/u;
    await t.rejects(bench.put('Stop', 1), { message: unheard });
    t.equal(await bench.text('State'), 'Starting', 'it goes on');
    gate.open();
    await mute;
  },
);
