import type { UploadInfo } from 'dm';
import { NO_YES } from '../../registry/readings.js';
import { Setpoints } from '../../registry/setpoints.js';
import { command } from '../../registry/signal.js';
import { restoredAlarm } from '../restored-alarm.js';
import { defineSlotKind } from '../slot-kind.js';
import { transferKind } from '../transfer/transfer-kind.js';
import { transferReadings } from '../transfer/transfer-readings.js';
import { transferError } from '../transfer/transfer-view.js';
import { UPLOAD_CALLS } from './upload-calls.js';
import { abortUpload, runUpload, startUpload } from './upload-commands.js';
import { EMPTY_UPLOAD_SLOT, updateUpload, type UploadContext, type UploadSlot } from './upload-slot.js';

const setpoint = new Setpoints<UploadSlot, UploadContext>();

function errorOf({ object }: UploadSlot): string {
  if (object === null) return '';
  return transferError(object) || (object.status === 'done' ? '' : object.status);
}

/** Uploads: a directory or a file is copied to the experiment, once. */
export const uploadKind = defineSlotKind({
  ...transferKind<UploadInfo>('Upload:Table', 'Uploads, newest first'),
  name: 'upload',
  device: 'Upload',
  database: 'upload.db',
  empty: EMPTY_UPLOAD_SLOT,
  update: updateUpload,
  signals: {
    dataDirectory: setpoint.path('dataDirectory', 'Directory to upload from'),
    filePath: setpoint.path('filePath', 'This file only, within the directory', { option: 'experimentFilePath' }),
    destDirectory: setpoint.path('destDirectory', 'Where to, within the experiment', { isWithin: true }),
    mode: setpoint.choice('mode', 'One file at a time, or all at once', ['Files', 'Directory']),
    reprocess: setpoint.boolean('reprocess', 'Also what is stored unchanged', NO_YES),
    run: command('Upload; done when it has ended', runUpload, restoredAlarm(errorOf)),
    start: command('Upload; done when DM has taken it', startUpload),
    abort: command('Abort; done when it has ended', abortUpload),
    ...transferReadings<UploadSlot>('upload'),
  },
  objects: {
    change: 'upload',
    list: (dm) => dm.uploads.list(),
    get: (dm, id) => dm.uploads.get(id),
    watch: (dm, id) => dm.watchUpload(id),
  },
  calls: UPLOAD_CALLS,
});
