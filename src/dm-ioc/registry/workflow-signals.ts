import { jobError, jobPercent, jobRunTime, lastProcess, stageNames, stageNumber } from '../state/job-view.js';
import type { State, WorkflowSlot } from '../state/state.js';
import { isActive, NO_YES, reading, statusReading } from './readings.js';
import { booleanSetpoint, jsonSetpoint, numberSetpoint, textSetpoint } from './setpoints.js';
import type { Signal } from './signal.js';

const service = 'PROC';

/** Addresses `@workflow[n].…` */
export const WORKFLOW_SIGNALS: Readonly<Record<string, Signal<WorkflowSlot>>> = {
  workflow: textSetpoint('workflow', 'Workflow to run', { maxCharacters: 255 }),
  owner: textSetpoint('owner', 'Its owner; empty: the DM user', { maxCharacters: 255 }),
  filePath: textSetpoint('filePath', 'Its input, job argument filePath'),
  args: jsonSetpoint('args', 'Its other arguments, a JSON object', 8000),
  reportingPeriod: numberSetpoint('reportingPeriodS', 'Between two reports', { unit: 's', min: 1, max: 86_400 }),
  concise: booleanSetpoint('concise', 'Report one line, not all stages', NO_YES),
  timeout: numberSetpoint('timeoutS', 'Ends waiting, not the job; 0: none', { unit: 's', min: 0, max: 1_000_000_000 }),
  start: { kind: 'command', description: 'Start; done when DM has the job' },
  run: { kind: 'command', description: 'Start; done when the job has ended' },
  wait: { kind: 'command', description: 'Done when the job has ended' },
  abort: { kind: 'command', description: 'Abort; done when the job has ended' },
  clear: { kind: 'command', description: 'Forget the job' },
  jobId: reading('text', 'Id of the job', (slot) => slot.id),
  status: statusReading('Status of the job', service, (slot) => ({
    status: slot.job?.status ?? (slot.id === '' ? null : 'unknown'),
    error: slot.job === null ? '' : jobError(slot.job),
    warning: slot.warning,
  })),
  statusText: reading('text', 'Status as DM says it', (slot) => slot.job?.status ?? '', { service }),
  active: reading('boolean', 'The job has not ended', (slot) => isActive(slot.job), { states: NO_YES, service }),
  stage: reading('text', 'Stage that runs or ran last', (slot) => slot.job?.stage ?? '', { service }),
  stageNumber: reading('integer', 'Its number, from 1', (slot) => (slot.job === null ? 0 : stageNumber(slot.job)), {
    service,
  }),
  nStages: reading(
    'integer',
    'Stages of the workflow',
    (slot) => (slot.job === null ? 0 : stageNames(slot.job).length),
    {
      service,
    },
  ),
  percent: reading('number', 'Stages that have ended', (slot) => (slot.job === null ? 0 : jobPercent(slot.job)), {
    unit: '%',
    service,
  }),
  runTime: reading(
    'number',
    'Time since the start',
    (slot) => (slot.job === null ? 0 : jobRunTime(slot.job, slot.nowMs)),
    {
      unit: 's',
      service,
    },
  ),
  submitTime: reading('time', 'When DM took the job', (slot) => (slot.job?.submissionTime ?? 0) * 1000, { service }),
  startTime: reading('time', 'When it started', (slot) => (slot.job?.startTime ?? 0) * 1000, { service }),
  endTime: reading('time', 'When it ended', (slot) => (slot.job?.endTime ?? 0) * 1000, { service }),
  exitStatus: reading(
    'integer',
    'Exit status of the last process',
    (slot) => (slot.job === null ? 0 : (lastProcess(slot.job)?.exitStatus ?? 0)),
    { service },
  ),
  errorMessage: reading(
    'text',
    'Why it failed',
    (slot) => slot.commandError || (slot.job === null ? '' : jobError(slot.job)),
  ),
  stdOut: reading('text', 'Output of the last process', (slot) => (slot.job && lastProcess(slot.job)?.stdOut) ?? '', {
    service,
    keep: 'tail',
  }),
  stdErr: reading('text', 'Its error output', (slot) => (slot.job && lastProcess(slot.job)?.stdErr) ?? '', {
    service,
    keep: 'tail',
  }),
  report: reading('text', 'Report of the job', (slot) => slot.report, { service }),
};

type Jobs = State['jobs'];

function jobsWith(...statuses: readonly string[]): (jobs: Jobs) => number {
  return (jobs) => {
    let count = 0;
    for (const job of jobs.values()) if (statuses.includes(job.status)) count += 1;
    return count;
  };
}

/** Addresses `@job.…`: over the jobs of the DM user. */
export const JOB_SIGNALS: Readonly<Record<string, Signal<Jobs>>> = {
  nPending: reading('integer', 'Jobs that wait', jobsWith('pending'), { service }),
  nRunning: reading('integer', 'Jobs that run', jobsWith('running', 'finalizing', 'aborting'), { service }),
  nDone: reading('integer', 'Jobs done, of those in Job:Table', jobsWith('done'), { service }),
  nFailed: reading('integer', 'Jobs failed, of those in Job:Table', jobsWith('failed'), { service }),
  waitIdle: { kind: 'command', description: 'Done when no job is active' },
};
