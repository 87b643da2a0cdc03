import { jobError, type Job } from 'dm';

/** A job as the table and the counters need it. Only a slot keeps the whole job, with its stages and their output. */
export interface JobSummary {
  readonly id: string;
  readonly owner: string;
  readonly workflow: string;
  readonly experimentName: string;
  readonly status: string;
  readonly stage: string;
  /** Unix seconds, 0 while it has not happened; likewise the next two. */
  readonly submissionTime: number;
  readonly startTime: number;
  readonly endTime: number;
  /** Seconds; 0 until the end. */
  readonly runTime: number;
  readonly errorMessage: string;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A list entry has no stages, and so of a failed one maybe less than is known. */
function reasonOf(job: Job, known: JobSummary | undefined): string {
  const knownReason = known?.errorMessage ?? '';
  return (job.workflow?.stages === undefined && knownReason) || jobError(job) || knownReason;
}

/** What is kept of a job; what DM leaves out this time stays as it was known. */
export function summarizeJob(job: Job, known: JobSummary | undefined): JobSummary {
  return {
    id: job.id,
    owner: job.owner,
    workflow: job.workflow?.name ?? known?.workflow ?? textOf(job['workflowName']),
    experimentName: textOf(job['experimentName']) || (known?.experimentName ?? ''),
    status: job.status,
    stage: job.stage ?? known?.stage ?? '',
    submissionTime: job.submissionTime ?? known?.submissionTime ?? 0,
    startTime: job.startTime ?? known?.startTime ?? 0,
    endTime: job.endTime ?? known?.endTime ?? 0,
    runTime: job.runTime ?? known?.runTime ?? 0,
    errorMessage: reasonOf(job, known),
  };
}
