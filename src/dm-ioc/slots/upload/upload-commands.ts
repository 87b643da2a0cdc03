import type { UploadOptions } from 'dm';
import { requireExperiment, requireGoodInputs, requireText } from '../../commands/requirements.js';
import { withTimeLimit } from '../../commands/time-limit.js';
import { CommandError } from '../../errors.js';
import { isSlotBusy } from '../../state/active.js';
import { transferError } from '../transfer/transfer-view.js';
import { whenStopped } from '../transfer/when-stopped.js';
import type { UploadContext, UploadInputs } from './upload-slot.js';

function uploadOptions(inputs: UploadInputs): UploadOptions {
  return {
    processingMode: inputs.mode === 'Directory' ? 'directory' : 'files',
    ...(inputs.destDirectory === '' ? {} : { destDirectory: inputs.destDirectory }),
    ...(inputs.filePath === '' ? {} : { experimentFilePath: inputs.filePath }),
    ...(inputs.reprocess ? { reprocessFiles: true } : {}),
  };
}

/** Start: done when DM has taken the upload. */
export function startUpload(context: UploadContext): Promise<void> {
  return context.claim(async () => {
    const { dm, slot, signal } = context;
    const experiment = requireExperiment(context);
    requireGoodInputs(slot);
    if (isSlotBusy(slot)) {
      throw new CommandError('SLOT_BUSY', `busy with upload ${slot.id}: put Abort, or use another slot`);
    }
    const directory = requireText(slot.inputs.dataDirectory, 'DataDirectory');
    context.take(await dm.uploads.start(experiment.name, directory, uploadOptions(slot.inputs), { signal }));
  });
}

async function stopUpload({ dm, learn, ended, closing }: UploadContext, id: string): Promise<void> {
  learn(await dm.uploads.stop(id));
  await ended(id, closing);
}

/** Run: done when everything is stored; cancelling aborts the upload. */
export async function runUpload(context: UploadContext): Promise<void> {
  await startUpload(context);
  const { id } = context.slot;
  try {
    const upload = await withTimeLimit(
      context.signal,
      0,
      'the upload goes on',
      (signal) => context.ended(id, signal),
      whenStopped(context.dm),
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
}

/** Abort: done when the upload has really ended, and whoever waited in line was refused; at once when there is none. */
export function abortUpload(context: UploadContext): Promise<void> {
  return context.abort('Abort', async () => {
    const { slot } = context;
    if (isSlotBusy(slot)) await stopUpload(context, slot.id);
  });
}
