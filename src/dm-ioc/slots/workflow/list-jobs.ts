import { DM_STATUSES, isTerminalStatus, type DataManagement, type Job } from 'dm';
import { KEPT } from '../../state/collection.js';

/** The newest jobs, and all that are active, however old they are. Over the web services, the adapter's polls find those. */
export async function listJobs({ backend, jobs, owner }: DataManagement): Promise<readonly Job[]> {
  const newest = await jobs.list(owner, { limit: KEPT });
  if (backend !== 'local' || newest.length < KEPT) return newest;
  const active: Job[] = [];
  for (const status of DM_STATUSES.filter((one) => !isTerminalStatus(one)))
    active.push(...(await jobs.list(owner, { query: { status }, limit: Number.MAX_SAFE_INTEGER })));
  // What was asked for later is newer: of an object that is there twice, the last counts.
  return [...newest, ...active];
}
