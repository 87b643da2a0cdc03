import { jobError, lastProcess, stageNames, type Job } from 'dm';
import { LONGEST_WAIT_S } from '../../commands/time-limit.js';
import { NO_YES, readingsOf, type ReadingOptions } from '../../registry/readings.js';
import { Setpoints } from '../../registry/setpoints.js';
import { command, type Plain, type ReadingSignal, type Signals, type ValueKind } from '../../registry/signal.js';
import { isActive } from '../../state/active.js';
import { restoredAlarm } from '../restored-alarm.js';
import { jobPercent, jobRunTime, stageNumber } from './job-view.js';
import { variablesJson } from './variable-table.js';
import { abortJob, clearJob, runJob, startJob, waitForJob } from './workflow-commands.js';
import type { WorkflowContext, WorkflowSlot } from './workflow-slot.js';

const { reading, status } = readingsOf<WorkflowSlot>('PROC');
const lasting = readingsOf<WorkflowSlot>();
const setpoint = new Setpoints<WorkflowSlot, WorkflowContext>();

/** A text of the job; empty while there is none. */
function jobText(
  description: string,
  of: (job: Job) => string | undefined,
  options?: ReadingOptions,
): ReadingSignal<WorkflowSlot> {
  return reading('text', description, ({ object }) => (object === null ? '' : (of(object) ?? '')), options);
}

/** A number or a time of the job; 0 while there is none. */
function figure(
  kind: ValueKind,
  description: string,
  of: (job: Job, slot: WorkflowSlot) => Plain,
  options?: ReadingOptions,
): ReadingSignal<WorkflowSlot> {
  return reading(kind, description, (slot) => (slot.object === null ? 0 : of(slot.object, slot)), options);
}

function errorOf({ object }: WorkflowSlot): string {
  return object === null ? '' : jobError(object);
}

/** Addresses `@workflow[n].…` */
export const WORKFLOW_SIGNALS: Signals<WorkflowSlot, WorkflowContext> = {
  workflow: setpoint.name('workflow', 'Workflow to run'),
  owner: setpoint.name('owner', 'Its owner; empty: the DM user'),
  filePath: setpoint.path('filePath', 'Its input, job argument filePath'),
  args: setpoint.json('args', 'Its other arguments, a JSON object', 8000),
  reportingPeriod: setpoint.number('reportingPeriodS', 'Between two reports', { unit: 's', min: 1, max: 86_400 }),
  concise: setpoint.boolean('concise', 'Report one line, not all stages', NO_YES),
  timeout: setpoint.number('timeoutS', 'Ends waiting, not the job; 0: none', {
    unit: 's',
    min: 0,
    max: LONGEST_WAIT_S,
  }),
  start: command('Start; done when DM has the job', startJob),
  run: command('Start; done when the job has ended', runJob, restoredAlarm(errorOf)),
  wait: command('Done when the job has ended', waitForJob),
  abort: command('Abort; done when the job has ended', abortJob),
  clear: command('Forget the job', clearJob),
  jobId: lasting.reading('text', 'Id of the job', (slot) => slot.id, { isSlotId: true }),
  status: status('Status of the job', (slot) => ({
    status: slot.object?.status ?? (slot.id === '' ? null : undefined),
    error: errorOf(slot),
    warning: slot.warning,
  })),
  experiment: jobText('Experiment of the job', ({ experimentName: name }) => (typeof name === 'string' ? name : '')),
  workflowName: jobText('Workflow of the job', (job) => job.workflow?.name),
  statusText: jobText('Status as DM says it', (job) => job.status),
  active: reading('boolean', 'The job has not ended', ({ object }) => isActive(object), { states: NO_YES }),
  stage: jobText('Stage that runs or ran last', (job) => job.stage),
  stageNumber: figure('integer', 'Its number, from 1', stageNumber),
  nStages: figure('integer', 'Stages of the workflow', (job) => stageNames(job).length),
  percent: figure('number', 'Stages that have ended', jobPercent, { unit: '%' }),
  runTime: figure('number', 'Time since the start', (job, { nowMs }) => jobRunTime(job, nowMs), { unit: 's' }),
  submitTime: figure('time', 'When DM took the job', (job) => (job.submissionTime ?? 0) * 1000),
  startTime: figure('time', 'When it started', (job) => (job.startTime ?? 0) * 1000),
  endTime: figure('time', 'When it ended', (job) => (job.endTime ?? 0) * 1000),
  exitStatus: figure('integer', 'Exit status of the last process', (job) => lastProcess(job)?.exitStatus ?? 0),
  errorMessage: lasting.reading('text', 'Why it failed', (slot) => slot.commandError || errorOf(slot)),
  stdOut: jobText('Output of the last process', (job) => lastProcess(job)?.stdOut ?? '', { keep: 'tail' }),
  stdErr: jobText('Its error output', (job) => lastProcess(job)?.stdErr ?? '', { keep: 'tail' }),
  variables: reading('text', 'Its output variables, a JSON object', ({ object }) =>
    object === null ? '{}' : variablesJson(object),
  ),
  report: reading('text', 'Report of the job', (slot) => slot.report),
};
