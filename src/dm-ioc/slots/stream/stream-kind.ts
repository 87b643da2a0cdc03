import { schemaFault } from 'dm';
import { defineSlotKind } from '../slot-kind.js';
import { STREAM_CALLS } from './stream-calls.js';
import { StreamService } from './stream-service.js';
import { STREAM_SIGNALS } from './stream-signals.js';
import { EMPTY_STREAM_SLOT, tickStream, updateStream, type StreamSlot } from './stream-slot.js';
import { STREAM_TABLE } from './stream-table.js';
import { streamOfRemains } from './stream-of-remains.js';
import { streamSchema, streamWith, type Stream } from './stream.js';

/** Of answers to commands without a `requestId`, which nobody can put again, so many of the last are saved. */
const SAVED_UNNAMED = 8;

/** @throws Error in one line */
function streamOfText(text: string): Stream {
  const { data, error } = streamSchema.safeParse(JSON.parse(text));
  if (error !== undefined) throw new Error(schemaFault(error));
  return streamWith(data, {});
}

/** Streams: a workflow whose processes get frames, and talk with whoever sends them. */
export const streamKind = defineSlotKind<StreamSlot, Stream, Stream>({
  name: 'stream',
  device: 'Stream',
  service: 'PROC',
  database: 'stream.db',
  signals: STREAM_SIGNALS,
  empty: EMPTY_STREAM_SLOT,
  update: updateStream,
  tick: tickStream,
  isOvertaken: () => false,
  keep: (stream) => stream,
  timeOf: ({ startedMs }) => startedMs / 1000,
  saved: {
    toText: (stream) => {
      const first = stream.answers.length - SAVED_UNNAMED;
      const answers = stream.answers.filter(({ requestId }, index) => requestId !== '' || index >= first);
      return JSON.stringify({ ...stream, answers, live: undefined, status: undefined });
    },
    fromText: streamOfText,
    fromRemains: streamOfRemains,
  },
  table: STREAM_TABLE,
  calls: STREAM_CALLS,
  structures: {
    Report: 'What the workflow says of itself',
    Command: 'A command for the workflow; done when acknowledged',
    Ack: 'What the workflow says to a command',
  },
  serve: (host) => new StreamService(host),
});
