import { isTerminalStatus, type DaqInfo, type UploadInfo } from 'dm';

/** What a DAQ and an upload have in common. */
export type Transfer = DaqInfo | UploadInfo;

/** Files that are stored. Older DM tells only how many it has processed. */
export function filesCompleted(transfer: Transfer): number {
  return transfer.nCompletedFiles ?? Math.max(0, transfer.nProcessedFiles - transfer.nProcessingErrors);
}

export function filesWaiting(transfer: Transfer): number {
  return transfer.nWaitingFiles ?? Math.max(0, transfer.countFiles - transfer.nProcessedFiles);
}

/** 0 to 100: DM's own figure, else from the counts. */
export function transferPercent(transfer: Transfer): number {
  if (transfer.percentageComplete !== undefined && Number.isFinite(transfer.percentageComplete)) {
    return Math.min(100, Math.max(0, transfer.percentageComplete));
  }
  if (transfer.countFiles > 0) return Math.min(100, (filesCompleted(transfer) / transfer.countFiles) * 100);
  return transfer.status === 'done' ? 100 : 0;
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
    return `${transfer.nProcessingErrors} files failed: ${JSON.stringify(errors)}`;
  }
  return transfer.nProcessingErrors > 0 ? `${transfer.nProcessingErrors} files failed` : '';
}

/** What a user should know about a transfer that DM doesn't call failed: it goes on in spite of errors, or has not stored everything. */
export function transferWarning(transfer: Transfer): string {
  if (!isTerminalStatus(transfer.status)) return transferError(transfer);
  return transfer.status === 'done' && transfer.nProcessingErrors > 0
    ? `done, but ${transfer.nProcessingErrors} files failed`
    : '';
}
