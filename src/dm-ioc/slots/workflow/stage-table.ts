import { stageRows, type Job, type StageRow } from 'dm';
import { rowTable } from '../../registry/row-table.js';
import type { WorkflowSlot } from './workflow-slot.js';

/** The newest of a job of thousands of files. */
const MOST_ROWS = 1000;

function shownRows(job: Job): readonly StageRow[] {
  const rows = stageRows(job);
  return rows.length <= MOST_ROWS ? rows : rows.filter(({ status }) => status !== 'pending').slice(-MOST_ROWS);
}

/** `WFn:Stages` */
export const STAGE_TABLE = rowTable<WorkflowSlot, StageRow>({
  name: 'Stages',
  descriptor: 'Stages of the job in slot',
  of: ({ object }) => object,
  rows: ({ object }) => (object === null ? [] : shownRows(object)),
  columns: {
    stage: { type: 'string', label: 'Stage', of: (row) => row.stage },
    process: { type: 'string', label: 'Process', of: ({ process }) => String(process?.childProcessNumber ?? '') },
    status: { type: 'string', label: 'Status', of: (row) => row.status },
    runTime: { type: 'float64', label: 'Run time (s)', of: ({ process }) => process?.runTime ?? 0 },
    exitStatus: { type: 'int32', label: 'Exit', of: ({ process }) => process?.exitStatus ?? 0 },
    stdOut: { type: 'string', label: 'Output', of: ({ process }) => process?.stdOut ?? '' },
    stdErr: { type: 'string', label: 'Errors', of: ({ process }) => process?.stdErr ?? '' },
    warning: { type: 'string', label: 'Warning', of: ({ process }) => process?.warning ?? '' },
    command: { type: 'string', label: 'Command', of: (row) => row.command },
  },
});
