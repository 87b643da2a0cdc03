import t, { type Test } from 'tap';
import { ObeyingStream } from './obeying-stream.js';
import { patientClient } from './patient-client.js';

/** A stream whose job says nothing: the test speaks in its place. */
async function silentBench(test: Test): Promise<{ readonly bench: ObeyingStream; readonly say: Say }> {
  const bench = await ObeyingStream.create(test);
  await bench.prepare({ mode: 'mute', go: bench.gate('never').path });
  const say: Say = async (pv, content) => {
    const streamId = await bench.until('StreamId', (id) => id !== '');
    await bench.client.put(`${bench.name}:${pv}`, { streamId, ...content });
  };
  return { bench, say };
}

type Say = (pv: 'Report' | 'Ack', content: Readonly<Record<string, unknown>>) => Promise<void>;

await t.test('a Start whose client has gone goes on, and whoever puts Start then waits for the same', async (t) => {
  const { bench, say } = await silentBench(t);
  const dying = patientClient(bench.ioc.clientEnvironment);
  const lost = dying.put(`${bench.name}:Start`, 1, { block: true }).catch(() => undefined);
  await bench.until('StateText', (text) => text === 'Starting: Start waits for Ready (Abort ends it)');
  const id = await bench.text('StreamId');
  dying.close();
  await lost;
  const again = bench.put('Start', 1);
  await say('Report', { state: 'Preparing', message: 'loads' });
  t.equal(await bench.text('StateText'), 'Preparing: loads; Start waits for Ready (Abort ends it)');
  await say('Report', { state: 'Ready' });
  await again;
  t.equal(await bench.text('StreamId'), id, 'there is one stream');
  await say('Report', { state: 'Preparing' });
  t.equal(await bench.text('StateText'), 'Preparing: loads', 'nobody waits any more');
});

await t.test('the first word to a command holds, and Ack and Answer show it', async (t) => {
  const { bench, say } = await silentBench(t);
  const started = bench.put('Start', 1);
  await say('Report', { state: 'Ready' });
  await started;
  const done = bench.command('configure');
  await bench.untilPending(1);
  await say('Ack', { sequence: 1, accepted: true, message: 'gain is 2' });
  await done;
  t.equal(await bench.text('Answer'), '1 accepted: gain is 2');
  await say('Ack', { sequence: 1, accepted: false, message: 'no, it is not' });
  t.equal(await bench.text('Answer'), '1 accepted: gain is 2');
  t.match(await bench.client.get(`${bench.name}:Ack`), { fields: { accepted: true, message: 'gain is 2' } });

  const stopped = t.rejects(bench.put('Stop', 1), {
    message: /^the workflow refused stop: not yet; put Abort to end it$/u,
  });
  await bench.untilPending(1);
  await say('Ack', { sequence: 2, accepted: false, message: 'not yet' });
  await stopped;
  t.equal(await bench.text('Answer'), '2 refused: not yet');
  t.equal(await bench.text('State'), 'Ready');
  await t.rejects(bench.client.rpc('dm:rpc:sendCommand', { command: 'x', slot: 'Stream1' }), {
    message: /slot: must be the number of a slot, from 1/u,
  });
});

await t.test('whoever is answered finds what was answered, at once', async (t) => {
  const { bench, say } = await silentBench(t);
  const started = bench.put('Start', 1);
  await say('Report', { state: 'Ready' });
  await started;
  for (let sequence = 1; sequence <= 50; sequence += 1) {
    const done = bench.command('configure');
    await bench.untilPending(1);
    const acknowledged = say('Ack', { sequence, message: `gain is ${sequence}` });
    const found = await Promise.race([done, acknowledged]).then(() => bench.client.get(`${bench.name}:Command`));
    t.match(found.fields, { pending: [] });
    const { answers } = found.fields as { readonly answers: readonly unknown[] };
    t.match(answers.at(-1), { message: `gain is ${sequence}` });
    await Promise.all([done, acknowledged]);
    await say('Report', { sequence: 0, message: `says ${sequence}` });
    t.match(await bench.client.get(`${bench.name}:Report`), { fields: { message: `says ${sequence}` } });
  }
});
