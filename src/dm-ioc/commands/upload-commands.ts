import { isTerminalStatus, type UploadInfo, type UploadOptions } from 'dm';
import { CommandError } from '../errors.js';
import type { UploadInputs, UploadSlot } from '../state/state.js';
import { transferError } from '../state/transfer-view.js';
import {
  claimSlot,
  requireExperiment,
  requireGoodInputs,
  requireText,
  slotOf,
  type Command,
  type CommandContext,
} from './command.js';
import { withTimeLimit } from './time-limit.js';

function uploadSlot(context: CommandContext): UploadSlot {
  return slotOf(context.store.state.uploadSlots, context);
}

function uploadOptions(inputs: UploadInputs): UploadOptions {
  return {
    processingMode: inputs.mode === 'Directory' ? 'directory' : 'files',
    ...(inputs.destDirectory === '' ? {} : { destDirectory: inputs.destDirectory }),
    ...(inputs.filePath === '' ? {} : { experimentFilePath: inputs.filePath }),
    ...(inputs.reprocess ? { reprocessFiles: true } : {}),
  };
}

function isSlotActive(slot: UploadSlot): boolean {
  return slot.id !== '' && (slot.upload === null || !isTerminalStatus(slot.upload.status));
}

/** Start: done when DM has taken the upload. */
export const startUpload: Command = (context) =>
  claimSlot(context, async () => {
    const { dm, store, place, signal } = context;
    const experiment = requireExperiment(context);
    const slot = uploadSlot(context);
    requireGoodInputs(slot);
    if (isSlotActive(slot)) {
      throw new CommandError('SLOT_BUSY', `busy with upload ${slot.id}: put Abort, or use another slot`);
    }
    const directory = requireText(slot.inputs.dataDirectory, 'DataDirectory');
    const upload = await dm.uploads.start(experiment.name, directory, uploadOptions(slot.inputs), { signal });
    store.dispatch({ type: 'slotTaken', area: 'upload', slot: place.slot, upload });
  });

function endedUpload({ store }: CommandContext, id: string, signal: AbortSignal): Promise<UploadInfo> {
  return store.when((state) => {
    const upload = state.uploads.get(id);
    return upload !== undefined && isTerminalStatus(upload.status) ? upload : undefined;
  }, signal);
}

async function stopUpload(context: CommandContext, id: string): Promise<void> {
  const { dm, store, closing } = context;
  const upload = await dm.uploads.stop(id);
  store.dispatch({ type: 'uploads', uploads: [upload] });
  await endedUpload(context, id, closing);
}

/** Run: done when everything is stored; cancelling aborts the upload. */
export const runUpload: Command = async (context) => {
  await startUpload(context);
  const { id } = uploadSlot(context);
  try {
    const upload = await withTimeLimit(context.signal, 0, 'the upload goes on', (signal) =>
      endedUpload(context, id, signal),
    );
    if (upload.status === 'aborted') throw new CommandError('UPLOAD_FAILED', 'aborted', { severity: 'MAJOR' });
    if (upload.status === 'failed' || upload.nProcessingErrors > 0) {
      throw new CommandError('UPLOAD_FAILED', transferError(upload) || 'failed', { severity: 'MAJOR' });
    }
  } catch (error) {
    const isCancelled = error instanceof CommandError && error.code === 'CANCELLED' && !context.closing.aborted;
    if (!isCancelled) throw error;
    await stopUpload(context, id);
    throw new CommandError('UPLOAD_FAILED', 'aborted', { severity: 'MAJOR', cause: error });
  }
};

/** Abort: done when the upload has really ended; at once when there is none. */
export const abortUpload: Command = async (context) => {
  const slot = uploadSlot(context);
  if (isSlotActive(slot)) await stopUpload(context, slot.id);
};
