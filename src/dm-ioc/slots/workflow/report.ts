import { jobError, skippedStages, stageNames, stageRows, type Job } from 'dm';
import { jobRunTime, stageNumber } from './job-view.js';
import { textTable } from '../../text-table.js';

const COLUMNS = ['stage', 'process', 'status', 'run time', 'exit', 'stdout', 'stderr'] as const;
const CELL_CHARACTERS = 40;

function seconds(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

/** Where a job is: `02-FIT (2/3)`; of one that is done, all stages count, also those that were left out. */
function progressOf(job: Job): string {
  const total = stageNames(job).length;
  if (job.stage === undefined || total === 0) return job.stage ?? '';
  const nSkipped = skippedStages(job).length;
  const number = job.status === 'done' ? total : stageNumber(job);
  return `${job.stage} (${number}/${total}${nSkipped === 0 ? '' : `, ${nSkipped} skipped`})`;
}

/** One line: status, stage, how far, how long, why it failed, and what else a user should know. */
export function conciseReport(job: Job, nowMs: number, warning = ''): string {
  const error = jobError(job).split('\n', 1)[0] ?? '';
  const words = [job.workflow?.name ?? 'job', job.status, progressOf(job)].filter((word) => word !== '').join(' ');
  const remarks = [error, warning].filter((remark) => remark !== '').join('; ');
  return `${words}, ${seconds(jobRunTime(job, nowMs))} s${remarks === '' ? '' : `: ${remarks}`}`;
}

function cell(text: string | null | undefined): string {
  const line = (text ?? '').trim().replaceAll(/\s+/gu, ' ');
  return line.length > CELL_CHARACTERS ? `${line.slice(0, CELL_CHARACTERS - 3)}...` : line;
}

/** The stages as a text table, one row for each process that ran, under the concise line. */
export function stageReport(job: Job, nowMs: number, warning = ''): string {
  const rows = stageRows(job).map(({ stage, status, process }) => [
    stage,
    String(process?.childProcessNumber ?? ''),
    status,
    process?.runTime?.toFixed(3) ?? '',
    String(process?.exitStatus ?? ''),
    cell(process?.stdOut),
    cell(process?.stdErr),
  ]);
  return `${conciseReport(job, nowMs, warning)}\n${textTable([COLUMNS, ...rows])}`;
}
