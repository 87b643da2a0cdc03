import { listJobs } from 'dm-ioc/internal/slots/workflow/list-jobs';
import t from 'tap';
import { FakeDataManagement } from '../../../dm/fake-data-management.js';

await t.test('jobs that are active are listed however many came after them', async (t) => {
  const dm = new FakeDataManagement();
  await dm.workflows.add({ name: 'w', owner: dm.owner, stages: { a: { command: 'true' } } });
  for (let count = 0; count < 1200; count++) (await dm.jobs.start(dm.owner, 'w', {})).status = 'done';
  const [pending, running] = dm.allJobs.slice(-2);
  if (pending === undefined || running === undefined) throw new Error('there are jobs');
  pending.status = 'pending';
  running.status = 'running';
  t.match((await dm.jobs.list(dm.owner, { limit: 1000 })).at(-1), { status: 'done' }, 'the page ends before them');
  t.same(
    (await listJobs(dm)).slice(1000).map(({ id }) => id),
    [pending.id, running.id],
  );
});
