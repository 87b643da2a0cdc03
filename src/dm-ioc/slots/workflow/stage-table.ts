import type { ChildProcess, Job } from 'dm';
import { rowTable } from '../../registry/row-table.js';
import { stageNames } from './job-view.js';
import type { WorkflowSlot } from './workflow-slot.js';

/** A process of a stage; none while the stage has not begun. */
interface StageRow {
  readonly stage: string;
  readonly command: string;
  readonly process: ChildProcess | null;
}

function stageRows(job: Job): StageRow[] {
  return stageNames(job).flatMap((stage): StageRow[] => {
    const definition = job.workflow?.stages?.[stage];
    const processes = Object.values(definition?.childProcesses ?? {});
    if (processes.length === 0) return [{ stage, command: definition?.command ?? '', process: null }];
    return processes.map((process) => ({ stage, command: process.command, process }));
  });
}

/** `WFn:Stages` */
export const STAGE_TABLE = rowTable<WorkflowSlot, StageRow>({
  name: 'Stages',
  descriptor: 'Stages of the job in slot',
  of: ({ object }) => object,
  rows: ({ object }) => (object === null ? [] : stageRows(object)),
  columns: {
    stage: { type: 'string', label: 'Stage', of: (row) => row.stage },
    process: { type: 'string', label: 'Process', of: ({ process }) => String(process?.childProcessNumber ?? '') },
    status: { type: 'string', label: 'Status', of: ({ process }) => process?.status ?? '' },
    runTime: { type: 'float64', label: 'Run time (s)', of: ({ process }) => process?.runTime ?? 0 },
    exitStatus: { type: 'int32', label: 'Exit', of: ({ process }) => process?.exitStatus ?? 0 },
    stdOut: { type: 'string', label: 'Output', of: ({ process }) => process?.stdOut ?? '' },
    stdErr: { type: 'string', label: 'Errors', of: ({ process }) => process?.stdErr ?? '' },
    command: { type: 'string', label: 'Command', of: (row) => row.command },
  },
});
