import { isTerminalStatus, type ChildProcess, type Job } from 'dm';

/** Stage names in the order in which DM runs them: sorted as strings. */
export function stageNames(job: Job): readonly string[] {
  return Object.keys(job.workflow?.stages ?? {}).sort();
}

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

/** Stages that were left out, because their `runIf` was false: no process, and the job is beyond them. */
export function skippedStages(job: Job): readonly string[] {
  const { stage: last = '', workflow } = job;
  return stageNames(job).filter((stage) => {
    const hasRun = Object.keys(workflow?.stages?.[stage]?.childProcesses ?? {}).length > 0;
    return !hasRun && (job.status === 'done' || stage < last);
  });
}

/** A process of a stage; none while the stage has not begun. */
export interface StageRow {
  readonly stage: string;
  readonly command: string;
  /** DM's word; empty while the stage has not begun. */
  readonly status: string;
  readonly process: ChildProcess | null;
}

/** The stages as rows, one for each process that ran. */
export function stageRows(job: Job): StageRow[] {
  const skipped = skippedStages(job);
  return stageNames(job).flatMap((stage): StageRow[] => {
    const definition = job.workflow?.stages?.[stage];
    const processes = Object.values(definition?.childProcesses ?? {});
    if (processes.length === 0) {
      const status = skipped.includes(stage) ? 'skipped' : '';
      return [{ stage, command: definition?.command ?? '', status, process: null }];
    }
    return processes.map((process) => ({ stage, command: process.command, status: process.status, process }));
  });
}

/** Seconds since the start while the job is active (DM gives none then), DM's own figure once it has ended. */
export function jobRunTime(job: Job, nowMs: number): number {
  if (job.runTime !== undefined && isTerminalStatus(job.status)) return job.runTime;
  if (job.startTime === undefined) return 0;
  return Math.max(0, (job.endTime ?? nowMs / 1000) - job.startTime);
}
