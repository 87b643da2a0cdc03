import { defineSlotKind } from '../slot-kind.js';
import { JOB_SIGNALS } from './job-signals.js';
import { summarizeJob } from './job-summary.js';
import { JOB_TABLE } from './job-table.js';
import { listJobs } from './list-jobs.js';
import { STAGE_TABLE } from './stage-table.js';
import { VARIABLE_TABLE } from './variable-table.js';
import { WORKFLOW_CALLS } from './workflow-calls.js';
import { WORKFLOW_SIGNALS } from './workflow-signals.js';
import { EMPTY_WORKFLOW_SLOT, ownerOf, tickJob, updateJob } from './workflow-slot.js';

/** Jobs: DM runs a workflow. */
export const workflowKind = defineSlotKind({
  name: 'workflow',
  device: 'WF',
  service: 'PROC',
  database: 'workflow.db',
  signals: WORKFLOW_SIGNALS,
  empty: EMPTY_WORKFLOW_SLOT,
  update: updateJob,
  tick: tickJob,
  keep: summarizeJob,
  timeOf: (job) => job.submissionTime,
  objects: {
    change: 'job',
    list: listJobs,
    get: (dm, id, slot) => dm.jobs.get(ownerOf(slot, dm), id),
    watch: (dm, id, slot) => dm.watchJob(ownerOf(slot, dm), id),
  },
  total: { name: 'job', database: 'job.db', signals: JOB_SIGNALS },
  table: JOB_TABLE,
  slotTables: [STAGE_TABLE, VARIABLE_TABLE],
  calls: WORKFLOW_CALLS,
});
