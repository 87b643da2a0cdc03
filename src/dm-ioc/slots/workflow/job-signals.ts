import type { Job } from 'dm';
import { withTimeLimit } from '../../commands/time-limit.js';
import { readingsOf } from '../../registry/readings.js';
import { command, type ReadingSignal, type Signals } from '../../registry/signal.js';
import type { Collection } from '../../state/collection.js';
import type { KindContext } from '../slot-context.js';
import type { JobSummary } from './job-summary.js';

type Jobs = Collection<JobSummary>;
type JobsContext = KindContext<Job, JobSummary>;

function jobsWith(description: string, ...statuses: readonly string[]): ReadingSignal<Jobs> {
  return readingsOf<Jobs>('PROC').reading('integer', description, (jobs) => jobs.count(...statuses));
}

/** WaitIdle: done when the DM user has no active job. */
async function waitIdle({ store, signal, objectsOf }: JobsContext): Promise<void> {
  await withTimeLimit(signal, 0, 'jobs go on', (limited) =>
    store.when((state) => objectsOf(state).nActive === 0 || undefined, limited),
  );
}

/** Addresses `@job.…`: over the jobs of the DM user. */
export const JOB_SIGNALS: Signals<Jobs, JobsContext> = {
  nPending: jobsWith('Jobs that wait', 'pending'),
  nRunning: jobsWith('Jobs that run', 'running', 'finalizing', 'aborting'),
  nDone: jobsWith('Jobs done, of those in Job:Table', 'done'),
  nFailed: jobsWith('Jobs failed, of those in Job:Table', 'failed'),
  waitIdle: command('Done when no job is active', waitIdle),
};
