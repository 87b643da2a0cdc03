import { exitText } from './exit-text.js';
import type { Job } from './schemas/job.js';
import type { ChildProcess } from './schemas/workflow.js';

/** The newest process of the stage that runs or ran last; null while none did. */
export function lastProcess(job: Job): ChildProcess | null {
  const processes = Object.values(job.workflow?.stages?.[job.stage ?? '']?.childProcesses ?? {});
  return processes.reduce<ChildProcess | null>(
    (newest, one) => (newest === null || one.childProcessNumber > newest.childProcessNumber ? one : newest),
    null,
  );
}

/** What a program said at its end comes first, as that names the mistake (a Python traceback ends with it); then all of it. */
function pointFirst(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.length < 2 ? text : `${lines.at(-1)?.trim() ?? ''}\n${text}`;
}

/** DM's own words, and what to do about them. */
function withRemedy(reason: string): string {
  return /^Invalid input file specification/iu.test(reason)
    ? `${reason} Put FilePath, or give filePath, filePathList or dataDir in Args.`
    : reason;
}

/** Why a job failed, the point in the first line: DM's own message, else the failed stage with what it wrote to stderr. Empty unless it failed. */
export function jobError(job: Job): string {
  if (job.errorMessage !== undefined && job.errorMessage !== null && job.errorMessage !== '') {
    return withRemedy(job.errorMessage);
  }
  if (job.status === 'aborted') return 'aborted';
  if (job.status !== 'failed') return '';
  const process = lastProcess(job);
  if (process === null) return job.stage === undefined ? 'failed' : `${job.stage} failed`;
  const detail = (process.stdErr ?? '').trim();
  const exit =
    process.exitStatus === undefined || process.exitStatus === null ? '' : ` (${exitText(process.exitStatus)})`;
  return `${job.stage ?? 'a stage'} failed${exit}${detail === '' ? '' : `: ${pointFirst(detail)}`}`;
}
