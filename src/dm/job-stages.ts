import type { Job } from './schemas/job.js';
import type { ChildProcess } from './schemas/workflow.js';

/** Stage names in the order in which DM runs them: sorted as strings. */
export function stageNames(job: Job): readonly string[] {
  return Object.keys(job.workflow?.stages ?? {}).sort();
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
