import type { DaqInfo, UploadInfo } from '../../schemas/transfer.js';

/** The info of a DAQ or upload that an earlier engine left, without what the next one finds out anew: what was wrong then may be so no longer. */
export function interrupted<Info extends DaqInfo | UploadInfo>(info: Info): Info {
  const kept = { ...info };
  delete kept.errorMessage;
  delete kept.processingErrors;
  delete kept.waitingFor;
  delete kept.waitingSince;
  delete kept.isAwaited;
  return kept;
}
