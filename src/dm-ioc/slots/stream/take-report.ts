import { schemaFault } from 'dm';
import { CommandError } from '../../errors.js';
import { shortText } from '../../log/short-text.js';
import { isFinal, mayFollow, mayReach, stateNamed, STREAM_STATES, type StreamState } from './stream-state.js';
import { reportSchema, streamWith, type Stream, type StreamReport } from './stream.js';

/** What a workflow says of itself. What it leaves out stays as it is. */
export interface GivenReport extends Partial<Omit<StreamReport, 'sequence'>> {
  readonly streamId: string;
  /** Grows with each report; 0 or nothing: the next. */
  readonly sequence?: number;
  /** One of the states; empty or nothing: unchanged. */
  readonly state?: string;
  /** Reports before it were not seen, as when a link is back: it may be several steps ahead. */
  readonly hasMissed?: boolean;
}

/** Longest text of a report, all fields together. */
const MOST_BYTES = 1_000_000;

/** @throws CommandError STREAM_STALE when `streamId` isn't this stream's */
export function requireStream(stream: Stream | null, streamId: string): Stream {
  if (streamId === '') {
    throw new CommandError('STREAM_STALE', 'no streamId: give the one that the workflow got at its start');
  }
  if (stream?.id === streamId) return stream;
  const now = stream === null ? 'there is no stream' : `this is ${stream.id}`;
  throw new CommandError('STREAM_STALE', `streamId ${shortText(streamId)} is of another run; ${now}`);
}

/** The other states are the IOC's. */
const REPORTED = STREAM_STATES.filter((state) => !['Idle', 'Starting', 'Aborted'].includes(state));

function stateAfter({ state }: Stream, said: string | undefined, hasMissed: boolean): StreamState {
  if (said === undefined || said === '') return state === 'Starting' ? 'Connected' : state;
  const next = stateNamed(said);
  if (next === undefined) {
    throw new CommandError('STREAM_ORDER', `no state ${shortText(said, 40)}; a report may say ${REPORTED.join(', ')}`);
  }
  if ((hasMissed ? mayReach : mayFollow)(state, next)) return next;
  const remedy = next === 'Streaming' ? ': report Ready first' : '';
  throw new CommandError('STREAM_ORDER', `${next} can't follow ${state}${remedy}`);
}

/** @throws CommandError SETPOINT_INVALID for results that nobody could read */
function checkResults(results: string): void {
  if (results === '') return;
  try {
    JSON.parse(results);
  } catch (error) {
    throw new CommandError('SETPOINT_INVALID', 'results are not JSON; write {"name": "value"}', { cause: error });
  }
}

/** @throws CommandError SETPOINT_INVALID for too much text */
function checkSize({ stage, message, commandPv, results, alarm }: GivenReport): void {
  const texts = [stage, message, commandPv, results, alarm?.message];
  const sizeBytes = texts.reduce((sum, text = '') => sum + Buffer.byteLength(text), 0);
  if (sizeBytes > MOST_BYTES) {
    throw new CommandError(
      'SETPOINT_INVALID',
      `report of ${sizeBytes} bytes, at most ${MOST_BYTES}: put results in a file`,
    );
  }
}

/** @throws CommandError SETPOINT_INVALID for what could not be restored */
function checkReport(report: StreamReport): void {
  const { error } = reportSchema.safeParse(report);
  if (error !== undefined) throw new CommandError('SETPOINT_INVALID', schemaFault(error), { cause: error });
}

/**
 * The stream after a report. One whose sequence is known changes nothing but that the workflow lives: PVAccess clients repeat puts.
 * @throws CommandError STREAM_STALE, STREAM_ENDED, STREAM_ORDER with the step that was wrong, SETPOINT_INVALID for what can't be kept
 */
export function takeReport(held: Stream | null, given: GivenReport, nowMs: number): Stream {
  const { streamId, sequence: number = 0, state: said, hasMissed = false, ...content } = given;
  const stream = requireStream(held, streamId);
  const known = stream.report.sequence;
  const sequence = number === 0 ? known + 1 : number;
  const report = { ...stream.report, ...content, sequence };
  checkSize(given);
  checkReport(report);
  checkResults(given.results ?? '');
  if (sequence === known) return isFinal(stream.state) ? stream : streamWith(stream, { seenMs: nowMs });
  if (isFinal(stream.state)) throw new CommandError('STREAM_ENDED', `stream ${stream.id} is ${stream.state}`);
  if (sequence < known) {
    throw new CommandError('STREAM_ORDER', `report ${sequence} after ${known}: go on from Report.sequence`);
  }
  const state = stateAfter(stream, said, hasMissed);
  const error = state === 'Failed' ? report.message || 'the workflow reported Failed, without a message' : stream.error;
  return streamWith(stream, { state, report, error, seenMs: nowMs });
}
