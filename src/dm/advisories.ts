import type { Job } from './schemas/job.js';
import { isTerminalStatus } from './schemas/status.js';
import type { DaqInfo, UploadInfo } from './schemas/transfer.js';

/**
 * What a user should know of a DAQ that DM calls healthy or successful; null when there is nothing to say. DM accepts a missing directory and
 * then transfers nothing (source: DMagic).
 * @param atMs now; a running DAQ without a file is only worth a word after `quietMs`
 */
export function daqAdvisory(daq: DaqInfo, atMs: number = Date.now(), quietMs = 60_000): string | null {
  if (failed(daq.status)) return null;
  if (daq.nProcessingErrors > 0) return `${plural(daq.nProcessingErrors, 'file')} could not be stored`;
  if (daq.countFiles > 0) return null;
  if (daq.status === 'done') return 'DAQ ended without any file: check the data directory';
  const startMs = (daq.startTime ?? Infinity) * 1000;
  return daq.status === 'running' && atMs - startMs >= quietMs
    ? 'no file seen yet: DM does not check that the data directory exists'
    : null;
}

/** The same for an upload. DM ends one with `done` and "no new files for upload" also when the directory can't be seen from its host. */
export function uploadAdvisory(upload: UploadInfo): string | null {
  if (!isTerminalStatus(upload.status) || failed(upload.status)) return null;
  if (upload.nProcessingErrors > 0) return `${plural(upload.nProcessingErrors, 'file')} could not be stored`;
  if (upload.countFiles > 0) return null;
  const reason = upload.errorMessage === undefined || upload.errorMessage === null ? '' : ` (${upload.errorMessage})`;
  return `nothing was uploaded${reason}: check the directory, or set reprocess for files that are already stored`;
}

/** The same for a job: `done` doesn't say that anything was analysed ("the only reliable check is the output file"). */
export function jobAdvisory(job: Job): string | null {
  if (job.status !== 'done') return null;
  if (job.countFiles === 0) return 'job done without an input file: check its arguments and its output';
  const stages = Object.values(job.workflow?.stages ?? {});
  const ran = stages.some((stage) => 'childProcesses' in stage || 'nCompletedChildProcesses' in stage);
  return job.stage === undefined && stages.length > 0 && !ran ? 'job done without running any stage' : null;
}

function failed(status: string): boolean {
  return status === 'failed' || status === 'aborted';
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
