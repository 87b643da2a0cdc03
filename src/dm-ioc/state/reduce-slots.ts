import { isTerminalStatus, type DaqInfo, type Job, type UploadInfo } from 'dm';
import type { Advisor } from './advisory.js';
import { jobWarning } from './job-view.js';
import { conciseReport, stageReport } from './report.js';
import type { DaqSlot, UploadSlot, WorkflowSlot } from './state.js';
import { transferWarning } from './transfer-view.js';

function isSlotActive(status: string | undefined): boolean {
  return status !== undefined && !isTerminalStatus(status);
}

/** Map that keeps the array's reference when no element changed. */
export function mapChanged<T>(items: readonly T[], change: (item: T, index: number) => T): readonly T[] {
  const next = items.map(change);
  return next.some((item, index) => item !== items[index]) ? next : items;
}

function withReport(slot: WorkflowSlot, job: Job, nowMs: number): WorkflowSlot {
  const text = slot.inputs.concise ? conciseReport(job, nowMs) : stageReport(job, nowMs);
  return { ...slot, job, nowMs, report: text, reportedMs: nowMs };
}

/** A job as DM told it anew; a list entry lacks the stages, which are kept. A report is due at each change of status or stage. */
export function updateWorkflowSlot(slot: WorkflowSlot, job: Job, nowMs: number, advisor: Advisor): WorkflowSlot {
  const known = slot.job;
  const merged: Job =
    job.workflow?.stages === undefined && known?.workflow !== undefined
      ? { ...known, ...job, workflow: known.workflow }
      : job;
  const isReportDue =
    isTerminalStatus(merged.status) || known?.status !== merged.status || known.stage !== merged.stage;
  const next = { ...slot, job: merged, nowMs, warning: jobWarning(merged) || advisor.job(merged) };
  return isReportDue && !(slot.timedOut && isSlotActive(merged.status)) ? withReport(next, merged, nowMs) : next;
}

/** Once a second: live run time, the periodic report, and the end of reporting at the time limit. */
export function tickWorkflowSlot(slot: WorkflowSlot, nowMs: number): WorkflowSlot {
  const { job } = slot;
  if (job === null || isTerminalStatus(job.status)) return slot;
  const startedMs = (job.startTime ?? job.submissionTime ?? nowMs / 1000) * 1000;
  const { timeoutS, reportingPeriodS } = slot.inputs;
  if (timeoutS > 0 && !slot.timedOut && nowMs - startedMs >= timeoutS * 1000) {
    const last = withReport(slot, job, nowMs);
    return { ...last, timedOut: true, report: `timeout, reporting ended: ${last.report}` };
  }
  if (!slot.timedOut && nowMs - slot.reportedMs >= reportingPeriodS * 1000) return withReport(slot, job, nowMs);
  return { ...slot, nowMs };
}

export function takeJob(slot: WorkflowSlot, job: Job, nowMs: number): WorkflowSlot {
  return withReport({ ...slot, id: job.id, commandError: '', warning: '', timedOut: false }, job, nowMs);
}

export function updateDaqSlot(slot: DaqSlot, daq: DaqInfo, nowMs: number, advisor: Advisor): DaqSlot {
  return { ...slot, daq, nowMs, warning: transferWarning(daq, false) || advisor.daq(daq, nowMs) };
}

export function updateUploadSlot(slot: UploadSlot, upload: UploadInfo, nowMs: number, advisor: Advisor): UploadSlot {
  return { ...slot, upload, nowMs, warning: advisor.upload(upload) || transferWarning(upload, true) };
}

export function tickDaqSlot(slot: DaqSlot, nowMs: number, advisor: Advisor): DaqSlot {
  return slot.daq === null || isTerminalStatus(slot.daq.status) ? slot : updateDaqSlot(slot, slot.daq, nowMs, advisor);
}

export function tickUploadSlot(slot: UploadSlot, nowMs: number): UploadSlot {
  return slot.upload === null || isTerminalStatus(slot.upload.status) ? slot : { ...slot, nowMs };
}
