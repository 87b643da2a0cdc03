import type { PvaClient, PvaData } from 'epics-pva-ts';
import { CaClient, type CaUpdate } from 'node-epics-ca';
import t from 'tap';
import { PATIENCE_MS } from '../patience.js';
import { ObeyingStream } from './obeying-stream.js';
import { patientClient } from './patient-client.js';
import type { Fields } from './stream-slot.js';

const WATCHERS = 50;
const REPORTS = 5000;
/** So many puts are on their way at once. */
const LANES = 20;

await t.test('a flood of reports starves nobody, and its last one comes to every watcher', async (t) => {
  const bench = await ObeyingStream.create(t);
  const { name: slot } = bench;
  await bench.start();
  const streamId = await bench.text('StreamId');
  const clients = Array.from({ length: WATCHERS }, () => patientClient(bench.ioc.clientEnvironment));
  const ca = new CaClient({ environment: bench.ioc.clientEnvironment, timeoutMs: PATIENCE_MS });
  const watching: Promise<void>[] = [];
  const ends: Promise<number>[] = [];
  const watch = (updates: AsyncIterable<unknown>, countOf: (update: never) => unknown): void => {
    let begin: () => void = () => undefined;
    watching.push(
      new Promise((resolve) => {
        begin = resolve;
      }),
    );
    const follow = async (): Promise<number> => {
      let seen = 0;
      for await (const update of updates) {
        begin();
        seen += 1;
        if (Number(countOf(update as never)) === REPORTS) break;
      }
      return seen;
    };
    ends.push(follow());
  };
  for (const client of clients) {
    watch(client.monitor(`${slot}:Report`), ({ fields }: PvaData) => fields['nReceived']);
    watch(client.monitor(`${slot}:NReceived`), ({ value }: PvaData) => value);
  }
  watch(ca.monitor(`${slot}:NReceived`), (update: CaUpdate) => ('value' in update ? update.value : null));
  await Promise.all(watching);

  let sent = 0;
  const lane = async (client: PvaClient): Promise<void> => {
    for (let count = (sent += 1); count <= REPORTS; count = sent += 1) {
      await client.put(`${slot}:Report`, { streamId, nReceived: count });
    }
  };
  const writer = patientClient(bench.ioc.clientEnvironment);
  const startedMs = performance.now();
  const flood = Promise.all(Array.from({ length: LANES }, () => lane(writer)));
  let others = 0;
  const asked = (async (): Promise<void> => {
    while (sent < REPORTS) {
      await bench.command('mine');
      await bench.put('CommandTimeout', 600);
      await ca.put(`${slot}:HeartbeatTimeout`, 30, { complete: true });
      others += 1;
    }
  })();
  await Promise.all([flood, asked]);
  const rate = (REPORTS / (performance.now() - startedMs)) * 1000;
  await bench.client.put(`${slot}:Report`, { streamId, nReceived: REPORTS });
  const updates = await Promise.all(ends);
  t.ok(others > 0, 'commands and puts of others were answered meanwhile');
  t.ok(Math.min(...updates) > 1, 'and watchers saw it go on', { updates });
  t.comment(`${Math.round(rate)} reports/s, ${others} commands and puts of others beside them`);
  await bench.put('Stop', 1);
  await ca.close();
  for (const client of [...clients, writer]) client.close();
});

await t.test('a report without a number has one as soon as it is answered, and is shown once', async (t) => {
  const bench = await ObeyingStream.create(t);
  await bench.start();
  const streamId = await bench.text('StreamId');
  const pv = `${bench.name}:Report`;
  const numberOf = ({ fields }: PvaData): number => Number(fields['sequence']);
  const first = numberOf(await bench.client.get(pv)) + 1;
  const numbers = Array.from({ length: 50 }, (_number, index) => first + index);
  const follow = async (): Promise<number[]> => {
    const seen: number[] = [];
    for await (const update of bench.client.monitor(pv))
      if (seen.push(numberOf(update)) && seen.at(-1) === numbers.at(-1)) break;
    return seen;
  };
  const following = follow();
  const read: number[] = [];
  for (const nReceived of numbers) {
    await bench.client.put(pv, { streamId, nReceived });
    read.push(numberOf(await bench.client.get(pv)));
  }
  t.same(read, numbers);
  const shown = await following;
  t.same(shown, [...new Set(shown)]);
  await bench.put('Stop', 1);
});

await t.test('a long report passes, one beyond 1 MB is refused with the reason, and the stream goes on', async (t) => {
  const bench = await ObeyingStream.create(t);
  await bench.start();
  const isLong = ({ results }: Fields): boolean => String(results).length === 900_000;
  await bench.command('long', { size: 900_000 });
  t.ok(bench.log.includes('said None'));
  const { state } = await bench.until('Report', isLong);
  t.equal(state, 'Ready');
  await bench.command('long', { size: 1_100_000 });
  await bench.untilLogged(
    /^said SETPOINT_INVALID: report of 11000\d\d bytes, at most 1000000: put results in a file$/u,
  );
  await t.rejects(
    bench.client.put(`${bench.name}:Report`, { streamId: 'x'.repeat(2_000_000), state: 'Ready' }),
    { message: /^STREAM_STALE: streamId x{200}… \(2,000,000 characters\) is of another run/u },
    'whatever is long, the answer is short',
  );
  await bench.ioc.restart();
  await bench.until('Report', isLong);
  await bench.command('say', { results: '{}', message: 'short again' });
  t.equal(await bench.text('Results'), '{}');
  await bench.put('Stop', 1);
  t.equal(await bench.text('State'), 'Done');
});
