import { readdir } from 'node:fs/promises';
import t from 'tap';
import { startTestIoc } from './test-ioc.js';

const COUNT = 10_000;
const MEGABYTE = 1024 * 1024;

void t.test('10,000 puts and 10,000 posts leave no memory, handle or write behind', async (t) => {
  const { ioc, clients } = await startTestIoc(t, { mode: 'async' });
  const descriptors = async (): Promise<number> => (await readdir(`/proc/${ioc.pid}/fd`)).length;
  const work = async (count: number): Promise<void> => {
    await clients.call('pvaPutMany', 'ao', count / 4);
    await clients.call('caPutMany', 'longout', count / 4);
    await clients.call('caPutMany', 'busy', count / 4);
    await clients.call('caPutMany', 'bo', count / 4);
    for (const name of ['ai', 'ao', 'int64in', 'mbbi']) await ioc.call('postMany', name, count / 4);
  };
  await work(2000);
  const [memoryBefore, descriptorsBefore] = [(await ioc.call('memory')) as number, await descriptors()];
  await work(COUNT);
  const [memoryAfter, descriptorsAfter] = [(await ioc.call('memory')) as number, await descriptors()];
  t.ok(
    memoryAfter - memoryBefore < 10 * MEGABYTE,
    `resident memory grew by ${(memoryAfter - memoryBefore) / MEGABYTE} MB`,
  );
  t.ok(descriptorsAfter <= descriptorsBefore, `${descriptorsBefore} descriptors before, ${descriptorsAfter} after`);
  const counters = (await ioc.call('counters')) as Record<string, number>;
  t.match(counters, { queued: 0, dropped: 0, writesRefused: 0, writesFailed: 0, postedRecords: 12_000 });
  t.equal(counters['writesStarted'], counters['writesCompleted']);
  t.ok((counters['writesStarted'] ?? 0) >= COUNT * 0.75);
});

void t.test(
  'posts to records that clients write to at the same time lose nothing and leave no record active',
  async (t) => {
    const { ioc, clients } = await startTestIoc(t, { mode: 'async' });
    const rounds = Array.from({ length: 20 }, async () => ioc.call('postMany', 'ao', 200));
    await Promise.all([
      ...rounds,
      clients.call('pvaPutMany', 'ao', 500),
      clients.call('caPutMany', 'ao', 500),
      clients.call('pvaPutMany', 'busy', 500),
      ...rounds.map(async () => ioc.call('postMany', 'longout', 200)),
      clients.call('caPutMany', 'longout', 500),
    ]);
    for (const name of ['ao', 'longout', 'busy']) t.equal(await ioc.call('getField', `${name}.PACT`), '0', name);
    t.equal(await ioc.call('getField', 'busy'), 'Done');
    const counters = (await ioc.call('counters')) as Record<string, number>;
    t.equal(counters['writesStarted'], counters['writesCompleted']);
    t.match(counters, { writesFailed: 0, writesRefused: 0, postedRecords: 8000 });
    await ioc.call('post', { name: 'ao', value: 12.5 });
    t.equal(await ioc.call('read', 'ao'), 12.5);
  },
);
