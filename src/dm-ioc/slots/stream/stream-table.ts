import { rowTable } from '../../registry/row-table.js';
import type { Collection } from '../../state/collection.js';
import { timeText } from '../../time-text.js';
import type { Stream } from './stream.js';

/** `Stream:Table`: streams of this IOC, newest first. */
export const STREAM_TABLE = rowTable<Collection<Stream>, Stream>({
  name: 'Stream:Table',
  descriptor: 'Streams, newest first',
  rows: (streams) => streams.newest(),
  columns: {
    id: { type: 'string', label: 'Id', of: ({ id }) => id },
    workflow: { type: 'string', label: 'Workflow', of: ({ workflow }) => workflow },
    experiment: { type: 'string', label: 'Experiment', of: ({ experiment }) => experiment },
    job: { type: 'string', label: 'Job', of: ({ jobId }) => jobId },
    state: { type: 'string', label: 'State', of: ({ state }) => state },
    started: { type: 'string', label: 'Started', of: ({ startedMs }) => timeText(startedMs) },
    received: { type: 'float64', label: 'Received', of: ({ report }) => report.nReceived },
    processed: { type: 'float64', label: 'Processed', of: ({ report }) => report.nProcessed },
    dropped: { type: 'float64', label: 'Dropped', of: ({ report }) => report.nDropped },
    error: { type: 'string', label: 'Error', of: ({ error }) => error },
  },
});
