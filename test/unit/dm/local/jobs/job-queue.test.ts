import t from 'tap';
import { silentLogger } from 'dm';
import { JobQueue } from 'dm/internal/local/jobs/job-queue';

void t.test('a job that fails by a defect is logged and makes room for the next', async (t) => {
  const logged: unknown[] = [];
  const queue = new JobQueue(1, { ...silentLogger, error: (bindings) => void logged.push(bindings) });
  const ran: string[] = [];
  const error = new Error('a defect');
  queue.add('bad', 'w', 1, () => Promise.reject(error));
  queue.add('good', 'w', 1, () => Promise.resolve(void ran.push('good')));
  await queue.idle();
  t.same(ran, ['good']);
  t.same(logged, [{ job: 'bad', error }]);
  await queue.close();
});

void t.test('jobs that are resumed run beyond the limits, and others wait for them', async (t) => {
  const queue = new JobQueue(1, silentLogger);
  const ran: string[] = [];
  const ends: (() => void)[] = [];
  const running = (id: string) => (): Promise<void> => {
    ran.push(id);
    return new Promise((resolve) => ends.push(resolve));
  };
  queue.resume('a', 'w', running('a'));
  queue.resume('b', 'w', running('b'));
  queue.add('c', 'w', 2, running('c'));
  t.same(ran, ['a', 'b']);
  ends[0]?.();
  await new Promise(setImmediate);
  t.same(ran, ['a', 'b'], 'still as many as may run at once');
  ends[1]?.();
  await new Promise(setImmediate);
  t.same(ran, ['a', 'b', 'c']);
  ends[2]?.();
  await queue.close();
});
