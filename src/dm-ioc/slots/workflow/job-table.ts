import { rowTable } from '../../registry/row-table.js';
import type { Collection } from '../../state/collection.js';
import { timeText } from '../../time-text.js';
import type { JobSummary } from './job-summary.js';

const ERROR_CHARACTERS = 200;

/** `Job:Table` */
export const JOB_TABLE = rowTable<Collection<JobSummary>, JobSummary>({
  name: 'Job:Table',
  descriptor: 'Jobs of the DM user, newest first',
  rows: (jobs) => jobs.newest(),
  columns: {
    id: { type: 'string', label: 'Id', of: (row) => row.id },
    workflow: { type: 'string', label: 'Workflow', of: (row) => row.workflow },
    experiment: { type: 'string', label: 'Experiment', of: (row) => row.experimentName },
    status: { type: 'string', label: 'Status', of: (row) => row.status },
    stage: { type: 'string', label: 'Stage', of: (row) => row.stage },
    submitted: { type: 'string', label: 'Submitted', of: (row) => timeText(row.submissionTime * 1000) },
    started: { type: 'string', label: 'Started', of: (row) => timeText(row.startTime * 1000) },
    ended: { type: 'string', label: 'Ended', of: (row) => timeText(row.endTime * 1000) },
    runTime: { type: 'float64', label: 'Run time (s)', of: (row) => row.runTime },
    error: { type: 'string', label: 'Error', of: (row) => row.errorMessage.slice(0, ERROR_CHARACTERS) },
  },
});
