import { isTerminalStatus, stageNames, type Job } from 'dm';

/** 1 for the first stage, 0 while none has begun. */
export function stageNumber(job: Job): number {
  return job.stage === undefined ? 0 : stageNames(job).indexOf(job.stage) + 1;
}

/** Percent of the stages that have ended. */
export function jobPercent(job: Job): number {
  if (job.status === 'done') return 100;
  const total = stageNames(job).length;
  return total === 0 ? 0 : (Math.max(0, stageNumber(job) - 1) / total) * 100;
}

/** Seconds since the start while the job is active (DM gives none then), DM's own figure once it has ended. */
export function jobRunTime(job: Job, nowMs: number): number {
  if (job.runTime !== undefined && isTerminalStatus(job.status)) return job.runTime;
  if (job.startTime === undefined) return 0;
  return Math.max(0, (job.endTime ?? nowMs / 1000) - job.startTime);
}
