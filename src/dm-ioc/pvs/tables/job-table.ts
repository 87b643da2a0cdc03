import type { JobSummary } from '../../state/state.js';
import { timeText } from '../../time-text.js';
import { LONG_TABLE_PERIOD_MS, type RowTable } from './row-table.js';

const ERROR_CHARACTERS = 200;

/** `Job:Table` */
export const JOB_TABLE: RowTable<JobSummary> = {
  name: 'Job:Table',
  descriptor: 'Jobs of the DM user, newest first',
  slice: (state) => state.jobs,
  periodMs: LONG_TABLE_PERIOD_MS,
  rows: (state) => [...state.jobs.values()].sort((a, b) => b.submissionTime - a.submissionTime),
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
};
