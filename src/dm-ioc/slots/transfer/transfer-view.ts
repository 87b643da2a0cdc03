import { exactJsonText, isTerminalStatus, type DaqInfo, type UploadInfo } from 'dm';

/** What a DAQ and an upload have in common. */
export type Transfer = DaqInfo | UploadInfo;

/** Files that are stored. Older DM tells only how many it has processed. */
export function filesCompleted(transfer: Transfer): number {
  return transfer.nCompletedFiles ?? Math.max(0, transfer.nProcessedFiles - transfer.nProcessingErrors);
}

export function filesWaiting(transfer: Transfer): number {
  return transfer.nWaitingFiles ?? Math.max(0, transfer.countFiles - transfer.nProcessedFiles);
}

/** 0 to 100: DM's own figure, else from the counts. A file that failed isn't stored, whatever DM counts. */
export function transferPercent(transfer: Transfer): number {
  const { countFiles, nProcessingErrors, percentageComplete } = transfer;
  const counted = countFiles > 0 ? Math.min(100, (filesCompleted(transfer) / countFiles) * 100) : undefined;
  const told = Number.isFinite(percentageComplete) ? Math.min(100, Math.max(0, percentageComplete ?? 0)) : undefined;
  if (nProcessingErrors > 0 && counted !== undefined) return Math.min(counted, told ?? 100);
  return told ?? counted ?? (transfer.status === 'done' ? 100 : 0);
}

/** Seconds. */
export function transferRunTime(transfer: Transfer, nowMs: number): number {
  if (isTerminalStatus(transfer.status) && transfer.runTime !== undefined) return transfer.runTime;
  if (transfer.startTime === undefined) return transfer.runTime ?? 0;
  return Math.max(0, (transfer.endTime ?? nowMs / 1000) - transfer.startTime);
}

/** DM's message, else what is known of the files that failed. */
export function transferError(transfer: Transfer): string {
  if (transfer.errorMessage !== undefined && transfer.errorMessage !== null && transfer.errorMessage !== '') {
    return transfer.errorMessage;
  }
  const errors = transfer.processingErrors;
  if (typeof errors === 'string' && errors !== '') return errors;
  if (typeof errors === 'object' && errors !== null && Object.keys(errors).length > 0) {
    return `${transfer.nProcessingErrors} files failed: ${exactJsonText(errors)}`;
  }
  return transfer.nProcessingErrors > 0 ? `${transfer.nProcessingErrors} files failed` : '';
}

/** How many of its jobs failed, and how the last one did; empty while none has. */
export function failedJobs({ nJobsFailed = 0, jobError = '' }: Transfer): string {
  return nJobsFailed === 0 ? '' : `${nJobsFailed} ${nJobsFailed === 1 ? 'job' : 'jobs'} failed: ${jobError}`;
}

/** What a user should know about a transfer that DM doesn't call failed: it goes on in spite of errors, has not stored everything, or its jobs failed. */
export function transferWarning(transfer: Transfer): string {
  if (!isTerminalStatus(transfer.status)) return joined(transferError(transfer), failedJobs(transfer));
  const isIncomplete = transfer.status === 'done' && transfer.nProcessingErrors > 0;
  return joined(isIncomplete ? `done, but ${transfer.nProcessingErrors} files failed` : '', failedJobs(transfer));
}

/** Several things that a user should know, as one text. */
export function joined(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('; ');
}

/** A failure of a job that is news; undefined when there is none. */
export function failedJobNews(transfer: Transfer, known: Transfer | undefined): string | undefined {
  const isNews = known !== undefined && (transfer.nJobsFailed ?? 0) > (known.nJobsFailed ?? 0);
  return isNews ? `a job of ${transfer.dataDirectory} failed: ${transfer.jobError ?? ''}` : undefined;
}
