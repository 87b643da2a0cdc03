import { uploadAdvisory, type UploadInfo } from 'dm';
import { emptySlot } from '../../state/initial-state.js';
import type { Moment } from '../../state/slot-rules.js';
import type { SlotState } from '../../state/state.js';
import type { SlotContext } from '../slot-context.js';
import { transferWarning } from '../transfer/transfer-view.js';

/** What is put for an upload, as it is before. */
const INPUTS = {
  dataDirectory: '',
  filePath: '',
  destDirectory: '',
  mode: 'Files' as 'Files' | 'Directory',
  reprocess: false,
};

export type UploadInputs = Readonly<typeof INPUTS>;
export type UploadSlot = SlotState<UploadInputs, UploadInfo>;
export type UploadContext = SlotContext<UploadSlot, UploadInfo, UploadInfo>;

export const EMPTY_UPLOAD_SLOT: UploadSlot = emptySlot(INPUTS);

/** What a user should know of an upload that DM calls done. The local engine needs no advice. */
function uploadWarning(upload: UploadInfo, backend: string): string {
  const advice = backend === 'rest' ? uploadAdvisory(upload) : null;
  const isEmpty = upload.status === 'done' && upload.countFiles === 0;
  return (advice ?? '') || transferWarning(upload) || (isEmpty ? 'done with no file' : '');
}

/** The slot as DM tells its upload. */
export function updateUpload(slot: UploadSlot, upload: UploadInfo, { nowMs, backend }: Moment): UploadSlot {
  return { ...slot, object: upload, nowMs, warning: uploadWarning(upload, backend) };
}
