import type { DaqInfo, UploadInfo } from 'dm';
import { filesCompleted, filesWaiting, transferPercent } from '../../state/transfer-view.js';
import { timeText } from '../../time-text.js';
import { LONG_TABLE_PERIOD_MS, type RowTable } from './row-table.js';

type Transfer = DaqInfo | UploadInfo;

function transferTable(name: string, of: 'daqs' | 'uploads', descriptor: string): RowTable<Transfer> {
  return {
    name,
    descriptor,
    slice: (state) => state[of],
    periodMs: LONG_TABLE_PERIOD_MS,
    rows: (state) => [...state[of].values()].sort((a, b) => (b.startTime ?? 0) - (a.startTime ?? 0)),
    columns: {
      id: { type: 'string', label: 'Id', of: (row) => row.id },
      experiment: { type: 'string', label: 'Experiment', of: (row) => row.experimentName },
      directory: { type: 'string', label: 'Directory', of: (row) => row.dataDirectory },
      status: { type: 'string', label: 'Status', of: (row) => row.status },
      started: { type: 'string', label: 'Started', of: (row) => timeText((row.startTime ?? 0) * 1000) },
      files: { type: 'int32', label: 'Files', of: (row) => row.countFiles },
      completed: { type: 'int32', label: 'Stored', of: filesCompleted },
      waiting: { type: 'int32', label: 'Waiting', of: filesWaiting },
      errors: { type: 'int32', label: 'Errors', of: (row) => row.nProcessingErrors },
      percent: { type: 'float64', label: 'Percent', of: transferPercent },
    },
  };
}

/** `DAQ:Table` */
export const DAQ_TABLE = transferTable('DAQ:Table', 'daqs', 'DAQs of the station, newest first');

/** `Upload:Table` */
export const UPLOAD_TABLE = transferTable('Upload:Table', 'uploads', 'Uploads, newest first');
