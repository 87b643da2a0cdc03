import { schemaFault } from 'dm';
import { isDeepStrictEqual } from 'node:util';
import { CommandError } from '../../errors.js';
import { shortText } from '../../log/short-text.js';
import { isFinal, mayFollow, mayReach, stateNamed, STREAM_STATES, type StreamState } from './stream-state.js';
import { reportSchema, streamWith, type Stream, type StreamReport } from './stream.js';

/** What a workflow says of itself. What it leaves out stays as it is. */
export interface GivenReport extends Partial<Omit<StreamReport, 'sequence'>> {
  readonly streamId: string;
  /** Grows with each report; 0, nothing, or the newest with other content: the next. */
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

function stateAfter({ state }: Stream, said: string, hasMissed: boolean): StreamState {
  if (said === '') return state === 'Starting' ? 'Connected' : state;
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

/** True when the newest report has left the stream so: this is the same one again. */
function isSameAgain(stream: Stream, report: StreamReport, said: string): boolean {
  const state = stateNamed(said);
  if (said !== '' && (state === undefined || ![stream.said, stream.state].includes(state))) return false;
  return isDeepStrictEqual(report, stream.report);
}

/**
 * The stream after a report. The newest one again changes nothing but that the workflow lives: PVAccess clients repeat puts. Its number with
 * other content is that of a client that puts back what it has read, and means the next.
 * @throws CommandError STREAM_STALE, STREAM_ENDED, STREAM_ORDER with the step that was wrong, SETPOINT_INVALID for what can't be kept
 */
export function takeReport(held: Stream | null, given: GivenReport, nowMs: number): Stream {
  const { streamId, sequence: number = 0, state: said = '', hasMissed = false, ...content } = given;
  const stream = requireStream(held, streamId);
  const known = stream.report.sequence;
  const report = { ...stream.report, ...content, sequence: number === 0 ? known + 1 : number };
  checkSize(given);
  checkReport(report);
  checkResults(given.results ?? '');
  if (isSameAgain(stream, report, said)) return isFinal(stream.state) ? stream : streamWith(stream, { seenMs: nowMs });
  if (isFinal(stream.state)) throw new CommandError('STREAM_ENDED', `stream ${stream.id} is ${stream.state}`);
  if (report.sequence < known) {
    const remedy = 'go on from Report.sequence, or put 0 for the next';
    throw new CommandError('STREAM_ORDER', `report ${report.sequence} after ${known}: ${remedy}`);
  }
  if (report.sequence === known) return takeReport(stream, { ...given, sequence: 0 }, nowMs);
  const state = stateAfter(stream, said, hasMissed);
  const error = state === 'Failed' ? report.message || 'the workflow reported Failed, without a message' : stream.error;
  return streamWith(stream, { state, said: stateNamed(said) ?? '', report, error, seenMs: nowMs });
}
