import type { Job } from '../schemas/job.js';
import { isTerminalStatus } from '../schemas/status.js';
import { LocalDataManagement } from './local-data-management.js';
import type { LocalOptions } from './local-options.js';

/**
 * End the jobs, and their processes, of a root that no engine uses.
 * @param reason becomes their errorMessage
 * @returns how many there were
 * @throws DmError DM_CONFIGURATION when an engine uses it
 */
export async function endLeftJobs(options: LocalOptions, reason: string): Promise<number> {
  const engine = new LocalDataManagement(options);
  let count = 0;
  const stopCounting = engine.changes.on('job', ({ status }: Job) => {
    if (isTerminalStatus(status)) count++;
  });
  try {
    await engine.endJobs(reason);
  } finally {
    await engine.close();
    stopCounting();
  }
  return count;
}
