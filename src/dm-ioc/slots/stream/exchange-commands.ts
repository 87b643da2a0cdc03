import { createHash } from 'node:crypto';
import { CommandError } from '../../errors.js';
import { shortText } from '../../log/short-text.js';
import { CONSUMER_COMMANDS } from './consumer-commands.js';
import { isFinal, statesFor } from './stream-state.js';
import { streamWith, type Stream, type StreamAnswer, type StreamCommand } from './stream.js';
import { requireStream } from './take-report.js';

/** So many commands may wait for their acknowledgements, and one of each that ends the stream besides. */
const MOST_PENDING = 64;
const ENDING = ['stop', 'abort'];
/** So many acknowledgements are remembered, for puts that are repeated. */
const KEPT_ANSWERS = 64;
/** Longest `arguments` of a command, and what is kept of what the workflow says to one. */
const MOST_CHARACTERS = 32_000;
/** Longest name of a command, as of SendCommand. */
const LONGEST_NAME = 63;
const LONGEST_REQUEST_ID = 255;

/** A command as it is put. */
export interface GivenCommand extends Pick<StreamCommand, 'command' | 'arguments' | 'source' | 'requestId'> {
  /** Until it must be acknowledged; 0: as long as it takes. */
  readonly timeoutMs: number;
}

/** What is said to a command. */
export interface Acknowledgement {
  readonly streamId: string;
  readonly sequence: number;
  readonly outcome: StreamAnswer['outcome'];
  readonly message: string;
}

function checkArguments(text: string): string {
  if (text.length > MOST_CHARACTERS) {
    throw new CommandError('SETPOINT_INVALID', `arguments too long, at most ${MOST_CHARACTERS} characters`);
  }
  if (text.trim() === '') return '{}';
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new CommandError('SETPOINT_INVALID', 'arguments are not JSON', { cause: error });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return text;
  throw new CommandError('SETPOINT_INVALID', 'arguments are no JSON object; write {"name": "value"}');
}

/** What tells a command from another one of the same `requestId`; of an answer, that of its command. */
function digestOf(given: StreamAnswer | Pick<StreamCommand, 'command' | 'arguments'>): string {
  if ('digest' in given) return given.digest;
  return createHash('sha256').update(`${given.command} ${given.arguments}`).digest('base64url');
}

/** @throws CommandError COMMAND_UNKNOWN */
function requireKnown(sequence: number, { sequence: newest }: Stream): void {
  if (sequence === 0) throw new CommandError('COMMAND_UNKNOWN', 'no sequence: give that of the command');
  if (sequence < 1 || sequence > newest) {
    throw new CommandError('COMMAND_UNKNOWN', `no command ${sequence}; the newest is ${newest}`);
  }
}

/**
 * The stream with one more command, and its sequence number. A command whose `requestId` is known is the same one again.
 * @throws CommandError STREAM_ENDED without a stream that could take it, STREAM_ORDER, SETPOINT_INVALID, COMMAND_REFUSED
 */
export function issueCommand(
  stream: Stream | null,
  given: GivenCommand,
  nowMs: number,
): { readonly stream: Stream; readonly sequence: number } {
  if (stream === null) throw new CommandError('STREAM_ENDED', 'no stream in this slot: put Start first');
  const command = given.command.trim();
  if (command === '') throw new CommandError('SETPOINT_MISSING', 'no command: name one, such as prepare');
  if (command.length > LONGEST_NAME || given.requestId.length > LONGEST_REQUEST_ID) {
    throw new CommandError(
      'SETPOINT_INVALID',
      `too long: command has at most ${LONGEST_NAME} characters, requestId ${LONGEST_REQUEST_ID}`,
    );
  }
  if (given.requestId !== '') {
    const known = [...stream.pending, ...stream.answers].find(({ requestId }) => requestId === given.requestId);
    if (known !== undefined) {
      if (digestOf(known) === digestOf({ command, arguments: checkArguments(given.arguments) })) {
        return { stream, sequence: known.sequence };
      }
      throw new CommandError(
        'SETPOINT_INVALID',
        `requestId ${shortText(given.requestId)} is that of command ${known.sequence}, which was another one: give each its own`,
      );
    }
  }
  if (isFinal(stream.state)) throw new CommandError('STREAM_ENDED', `the stream is ${stream.state}: put Start first`);
  if (!statesFor(command).includes(stream.state)) {
    throw new CommandError('STREAM_ORDER', `${command} makes no sense while ${stream.state}`);
  }
  if (stream.protocol === 'PvaPy' && !CONSUMER_COMMANDS.has(command)) {
    const known = [...CONSUMER_COMMANDS.keys()].join(', ');
    throw new CommandError('COMMAND_REFUSED', `pvaPy's consumers know ${known}, not ${command}`, { severity: 'MAJOR' });
  }
  const isFirstEnding = ENDING.includes(command) && !stream.pending.some((one) => one.command === command);
  if (stream.pending.length >= MOST_PENDING && !isFirstEnding) {
    const remedy = 'wait until it has acknowledged some, or put Abort to end it';
    throw new CommandError('STREAM_ORDER', `${MOST_PENDING} commands wait for the workflow already: ${remedy}`);
  }
  const sequence = stream.sequence + 1;
  const { timeoutMs, ...sent } = given;
  const limitMs = timeoutMs === 0 ? null : nowMs + timeoutMs;
  const newest = { ...sent, command, arguments: checkArguments(given.arguments), sequence, issuedMs: nowMs, limitMs };
  return { stream: streamWith(stream, { sequence, newest, pending: [...stream.pending, newest] }), sequence };
}

/**
 * The stream after an acknowledgement. One of a command that was acknowledged before changes nothing; one of a command that was
 * withdrawn tells whoever puts that command again.
 * @throws CommandError STREAM_STALE, COMMAND_UNKNOWN
 */
export function takeAcknowledgement(held: Stream | null, given: Acknowledgement, nowMs: number): Stream {
  const stream = requireStream(held, given.streamId);
  const { sequence, outcome } = given;
  const seenMs = outcome === 'withdrawn' ? stream.seenMs : nowMs;
  const message = shortText(given.message, MOST_CHARACTERS);
  const command = stream.pending.find((one) => one.sequence === sequence);
  if (command === undefined) {
    requireKnown(sequence, stream);
    const isLate = (one: StreamAnswer): boolean => one.sequence === sequence && one.outcome === 'withdrawn';
    const answers = stream.answers.map((one) => (isLate(one) ? { ...one, outcome, message } : one));
    return streamWith(stream, { answers, seenMs });
  }
  const { requestId } = command;
  const answer: StreamAnswer = { sequence, requestId, digest: digestOf(command), outcome, message };
  const isEnding = command.command === 'stop' && outcome === 'accepted' && statesFor('stop').includes(stream.state);
  return streamWith(stream, {
    pending: stream.pending.filter((one) => one !== command),
    answers: [...stream.answers, answer].slice(-KEPT_ANSWERS),
    seenMs,
    ...(isEnding ? { state: 'Finishing' } : {}),
  });
}

/** The stream without the commands whose time is over: they are withdrawn, and the answer says whether the workflow was heard meanwhile. */
export function withdrawCommands(stream: Stream, nowMs: number): Stream {
  const isOver = ({ limitMs }: StreamCommand): boolean => limitMs !== null && limitMs <= nowMs;
  return stream.pending.filter(isOver).reduce((next, command) => {
    const { issuedMs } = command;
    const waited = `not acknowledged within ${((nowMs - issuedMs) / 1000).toFixed(1)} s`;
    const { seenMs } = stream;
    const seen =
      seenMs === null
        ? 'the workflow was never heard'
        : `the workflow was heard ${((nowMs - seenMs) / 1000).toFixed(1)} s ago`;
    return dropCommands(next, [command], 'withdrawn', `${command.command} ${waited}, withdrawn; ${seen}`);
  }, stream);
}

/** The stream without commands that nobody will acknowledge any more, each answered with why. */
export function dropCommands(
  stream: Stream,
  dropped: readonly StreamCommand[],
  outcome: StreamAnswer['outcome'],
  message: string,
): Stream {
  const answers = dropped.map((command) => {
    const { sequence, requestId } = command;
    return { sequence, requestId, digest: requestId === '' ? '' : digestOf(command), outcome, message };
  });
  return streamWith(stream, {
    pending: stream.pending.filter((one) => !dropped.includes(one)),
    answers: [...stream.answers, ...answers].slice(-KEPT_ANSWERS),
  });
}
