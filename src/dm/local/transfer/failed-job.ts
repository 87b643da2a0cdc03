import type { Job } from '../../schemas/job.js';
import type { DaqInfo, UploadInfo } from '../../schemas/transfer.js';

/** Which DAQ or upload started a job: an argument of the job. */
export type JobOrigin = { readonly daqId: string } | { readonly uploadId: string };

/** The info of a DAQ or upload after one more of its jobs has failed. */
export function withFailedJob<Info extends DaqInfo | UploadInfo>(info: Info, reason: string): Info {
  return { ...info, nJobsFailed: (info.nJobsFailed ?? 0) + 1, jobError: reason };
}

/** Why a job for a stored file failed, with the file, in one line. */
export function jobFailure(job: Job): string {
  const { id, experimentFilePath, stage, errorMessage } = job;
  const file = typeof experimentFilePath === 'string' ? experimentFilePath : `job ${id}`;
  return `${file}: ${errorMessage ?? (stage === undefined ? 'failed' : `${stage} failed${processFailure(job, stage)}`)}`;
}

/** How the last process of a stage ended: its exit status, and what it said last. */
function processFailure({ workflow }: Job, stage: string): string {
  const last = Object.values(workflow?.stages?.[stage]?.childProcesses ?? {}).at(-1);
  const exit = last?.exitStatus === undefined || last.exitStatus === null ? '' : ` (exit ${last.exitStatus})`;
  const said = (last?.stdErr ?? '').trimEnd().split('\n').at(-1)?.trim() ?? '';
  return said === '' ? exit : `${exit}: ${said}`;
}
