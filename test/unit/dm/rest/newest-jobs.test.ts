import t from 'tap';
import type { Job } from 'dm';
import { NewestJobs } from 'dm/internal/rest/newest-jobs';

function jobsOf(count: number, seconds: (index: number) => number = (index) => index): Job[] {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index),
    owner: 'me',
    status: 'done',
    startTime: seconds(index),
  }));
}

function listing(jobs: Job[]): { newest: NewestJobs; pages: { skip: number; limit: number }[] } {
  const pages: { skip: number; limit: number }[] = [];
  const newest = new NewestJobs(({ skip, limit }) => {
    pages.push({ skip, limit });
    const entries = jobs.slice(skip, skip + limit);
    return Promise.resolve({ entries, nSent: entries.length });
  }, 500);
  return { newest, pages };
}

await t.test('a list that fits is one call, newest first', async (t) => {
  const { newest, pages } = listing(jobsOf(40));
  const listed = await newest.read(100);
  t.equal(pages.length, 1);
  t.match(listed, { isWhole: true, nSent: 40 });
  t.same([listed.entries[0]?.id, listed.entries.at(-1)?.id], ['39', '0']);
});

await t.test('the end of a list that has the oldest first is found, whatever its length, and remembered', async (t) => {
  for (const count of [100, 101, 700, 1_001, 12_345, 50_000, 64_000]) {
    const jobs = jobsOf(count);
    const { newest, pages } = listing(jobs);
    const listed = await newest.read(100);
    t.same([listed.entries[0]?.id, listed.isWhole], [String(count - 1), false], `of ${count} jobs`);
    t.ok(listed.entries.length >= 100 && pages.length <= 20, `${pages.length} calls, ${listed.nSent} jobs`);
    pages.length = 0;
    for (const job of jobsOf(count + 30).slice(count)) jobs.push(job);
    t.match(await newest.read(100), { nSent: 130, entries: [{ id: String(count + 29) }] });
    t.equal(pages.length, 1);
  }
});

await t.test('jobs that are removed, or come by the thousand, are no trouble', async (t) => {
  const jobs = jobsOf(9_000);
  const { newest, pages } = listing(jobs);
  await newest.read(100);
  jobs.splice(3_000, 3_000);
  t.match((await newest.read(100)).entries[0], { id: '8999' });
  for (const job of jobsOf(14_000).slice(9_000)) jobs.push(job);
  t.match((await newest.read(100)).entries[0], { id: '13999' });
  jobs.length = 0;
  pages.length = 0;
  t.same((await newest.read(100)).entries, []);
  t.equal(pages.length, 2);
});

await t.test('a list whose jobs overtake each other a little is still in order', async (t) => {
  const { newest, pages } = listing(jobsOf(5_000, (index) => index + (index % 7) * 3));
  const { entries } = await newest.read(100);
  t.ok(entries.some(({ id }) => id === '4999'));
  t.ok(pages.every(({ limit }) => limit < 5_000 / 2));
});

await t.test('a list in no order is read whole, in pages', async (t) => {
  const { newest, pages } = listing(jobsOf(1_700, (index) => (index * 977) % 1_700));
  const { entries, isWhole } = await newest.read(100);
  t.equal(isWhole, true);
  t.same(
    entries.map(({ startTime }) => startTime),
    Array.from({ length: 100 }, (_, index) => 1_699 - index),
  );
  t.same(
    pages.slice(1).map(({ skip }) => skip),
    [0, 500, 1_000, 1_500],
  );
});
