import type { Job } from 'dm';
import { jobError, jobRunTime, stageNames, stageNumber, stageRows } from './job-view.js';
import { textTable } from '../../text-table.js';

const COLUMNS = ['stage', 'process', 'status', 'run time', 'exit', 'stdout', 'stderr'] as const;
const CELL_CHARACTERS = 40;

function seconds(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

/** One line: status, stage, how far, how long, and why it failed. */
export function conciseReport(job: Job, nowMs: number): string {
  const total = stageNames(job).length;
  const stage = job.stage === undefined ? '' : ` ${job.stage}${total === 0 ? '' : ` (${stageNumber(job)}/${total})`}`;
  const error = jobError(job).split('\n', 1)[0] ?? '';
  return `${job.workflow?.name ?? 'job'} ${job.status}${stage}, ${seconds(jobRunTime(job, nowMs))} s${error === '' ? '' : `: ${error}`}`;
}

function cell(text: string | null | undefined): string {
  const line = (text ?? '').trim().replaceAll(/\s+/gu, ' ');
  return line.length > CELL_CHARACTERS ? `${line.slice(0, CELL_CHARACTERS - 3)}...` : line;
}

/** The stages as a text table, one row for each process that ran, under the concise line. */
export function stageReport(job: Job, nowMs: number): string {
  const rows = stageRows(job).map(({ stage, process }) => [
    stage,
    String(process?.childProcessNumber ?? ''),
    process?.status ?? '',
    process?.runTime?.toFixed(3) ?? '',
    String(process?.exitStatus ?? ''),
    cell(process?.stdOut),
    cell(process?.stdErr),
  ]);
  return `${conciseReport(job, nowMs)}\n${textTable([COLUMNS, ...rows])}`;
}
