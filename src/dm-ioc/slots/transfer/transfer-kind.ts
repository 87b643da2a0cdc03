import { rowTable } from '../../registry/row-table.js';
import type { Collection } from '../../state/collection.js';
import type { SlotState } from '../../state/state.js';
import { timeText } from '../../time-text.js';
import type { SlotKindDefinition } from '../slot-kind.js';
import { failedJobNews, filesCompleted, filesWaiting, transferPercent, type Transfer } from './transfer-view.js';

/** What DAQs and uploads have in common as kinds of slots: their service, what is kept of each, and their table. */
export function transferKind<T extends Transfer>(
  tableName: string,
  descriptor: string,
): Pick<SlotKindDefinition<SlotState<object, T>, T, T>, 'service' | 'keep' | 'timeOf' | 'news' | 'table'> {
  const table = rowTable<Collection<T>, T>({
    name: tableName,
    descriptor,
    rows: (transfers) => transfers.newest(),
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
      jobsFailed: { type: 'int32', label: 'Jobs failed', of: (row) => row.nJobsFailed ?? 0 },
      percent: { type: 'float64', label: 'Percent', of: transferPercent },
    },
  });
  return {
    service: 'DAQ',
    keep: (transfer) => transfer,
    timeOf: (transfer) => transfer.startTime ?? 0,
    news: failedJobNews,
    table,
  };
}
