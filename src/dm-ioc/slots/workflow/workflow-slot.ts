import { isTerminalStatus, type Job } from 'dm';
import { isActive } from '../../state/active.js';
import { emptySlot } from '../../state/initial-state.js';
import type { Moment } from '../../state/slot-rules.js';
import type { SlotState } from '../../state/state.js';
import type { SlotContext } from '../slot-context.js';
import type { JobSummary } from './job-summary.js';
import { jobWarnings } from './job-warnings.js';
import { conciseReport, stageReport } from './report.js';

/** A report of all stages is made at most so often, as it costs more the more stages there are. */
const STAGE_REPORT_PERIOD_MS = 200;

/** What is put for a job, as it is before. */
const INPUTS = {
  workflow: '',
  owner: '',
  filePath: '',
  /** A JSON object. */
  args: '{}',
  reportingPeriodS: 10,
  concise: true,
  timeoutS: 0,
};

export interface WorkflowSlot extends SlotState<Readonly<typeof INPUTS>, Job> {
  readonly report: string;
  readonly reportedMs: number;
  /** The report shows an earlier status or stage, as it was made just before. */
  readonly isReportLate: boolean;
  readonly timedOut: boolean;
}

export type WorkflowContext = SlotContext<WorkflowSlot, Job, JobSummary>;

export const EMPTY_WORKFLOW_SLOT: WorkflowSlot = {
  ...emptySlot(INPUTS),
  report: '',
  reportedMs: 0,
  isReportLate: false,
  timedOut: false,
};

function withReport(slot: WorkflowSlot, job: Job, nowMs: number): WorkflowSlot {
  const reportOf = slot.inputs.concise ? conciseReport : stageReport;
  const report = reportOf(job, nowMs, slot.warning);
  return { ...slot, nowMs, report, reportedMs: nowMs, isReportLate: false };
}

/** A job as DM told it anew; a list entry lacks the stages, which are kept. A report is due at each change of status or stage. */
export function updateJob(slot: WorkflowSlot, job: Job, { nowMs, backend }: Moment): WorkflowSlot {
  const known = slot.object;
  const merged: Job =
    job.workflow?.stages === undefined && known?.workflow !== undefined
      ? { ...known, ...job, workflow: known.workflow }
      : job;
  const next = { ...slot, object: merged, nowMs, warning: jobWarnings(merged, backend).join('; ') };
  if (isTerminalStatus(merged.status)) return withReport(next, merged, nowMs);
  const isReportDue = slot.isReportLate || known?.status !== merged.status || known.stage !== merged.stage;
  if (!isReportDue || slot.timedOut) return next;
  const isTooSoon = !slot.inputs.concise && nowMs - slot.reportedMs < STAGE_REPORT_PERIOD_MS;
  return isTooSoon ? { ...next, isReportLate: true } : withReport(next, merged, nowMs);
}

/** Once a second: live run time, the periodic report, and the end of reporting at the time limit. */
export function tickJob(slot: WorkflowSlot, { nowMs }: Moment): WorkflowSlot {
  const { object: job } = slot;
  if (job === null || !isActive(job)) return slot;
  const startedMs = (job.startTime ?? job.submissionTime ?? nowMs / 1000) * 1000;
  const { timeoutS, reportingPeriodS } = slot.inputs;
  if (timeoutS > 0 && !slot.timedOut && nowMs - startedMs >= timeoutS * 1000) {
    const last = withReport(slot, job, nowMs);
    return { ...last, timedOut: true, report: `timeout, reporting ended: ${last.report}` };
  }
  const isReportDue = slot.isReportLate || nowMs - slot.reportedMs >= reportingPeriodS * 1000;
  return isReportDue && !slot.timedOut ? withReport(slot, job, nowMs) : { ...slot, nowMs };
}

/** Whose job the slot holds. */
export function ownerOf({ object, inputs }: WorkflowSlot, dm: { readonly owner: string }): string {
  return object?.owner ?? (inputs.owner || dm.owner);
}
