import { requireExperiment, requireGoodInputs, requireText } from '../../commands/requirements.js';
import { withTimeLimit } from '../../commands/time-limit.js';
import { CommandError } from '../../errors.js';
import { isActive, isSlotBusy } from '../../state/active.js';
import { slotOf, type State } from '../../state/state.js';
import { jobArguments } from '../job-arguments.js';
import type { StreamContext } from './stream-slot.js';
import { StreamService } from './stream-service.js';
import { isFinal, type StreamState } from './stream-state.js';
import { streamWith, type Stream } from './stream.js';

/** DM starts no job without an input; frames are none. */
const NO_FILE = { filePath: '/dev/null' };
const READY: readonly StreamState[] = ['Ready', 'Streaming'];
const SENT = { arguments: '{}', requestId: '' };

function numberOf({ place }: StreamContext): number {
  return 'slot' in place ? place.slot : 0;
}

function requireStream({ slot: { object } }: StreamContext): Stream {
  if (object === null) throw new CommandError('SLOT_EMPTY', 'no stream in this slot: put Start');
  return object;
}

function failureOf({ state, error }: Stream): CommandError {
  return state === 'Aborted'
    ? new CommandError('JOB_ABORTED', error || 'aborted', { severity: 'MAJOR' })
    : new CommandError('STREAM_FAILED', error || 'failed', { severity: 'MAJOR' });
}

/** The stream, once it is there. @param limitS 0: none @throws CommandError STREAM_FAILED, JOB_ABORTED, SLOT_EMPTY, TIMEOUT */
async function until(
  context: StreamContext,
  id: string,
  isThere: (stream: Stream) => boolean,
  limitS = 0,
): Promise<Stream> {
  const { store, signal } = context;
  const number = numberOf(context);
  const find = (state: State): Stream | null | undefined => {
    const object = slotOf(state, 'stream', number).object as Stream | null;
    if (object?.id !== id) return null;
    return isThere(object) ? object : undefined;
  };
  const stream = await withTimeLimit(signal, limitS, 'the stream goes on', (limited) => store.when(find, limited));
  if (stream === null) throw new CommandError('SLOT_EMPTY', 'the stream was cleared meanwhile');
  if (stream.state === 'Failed' || stream.state === 'Aborted') throw failureOf(stream);
  return stream;
}

/** Start: the job is started with the stream's names; done when the workflow is Ready. Cancelling aborts it. */
export async function startStream(context: StreamContext): Promise<void> {
  // What the workflow says while the start is still being saved must not be missed.
  let reached: Promise<Stream> | undefined;
  await context.claim(async () => {
    const { dm, store, slot, service, signal } = context;
    requireGoodInputs(store.state.experiment);
    if (store.state.experiment.inputs.name !== '') requireExperiment(context);
    requireGoodInputs(slot);
    if (isSlotBusy(slot)) {
      throw new CommandError('SLOT_BUSY', `busy with stream ${slot.id}: put Stop or Abort, or use another slot`);
    }
    const workflow = requireText(slot.inputs.workflow, 'Workflow');
    const owner = slot.inputs.owner || dm.owner;
    const begun = service(StreamService).begin(numberOf(context), { workflow, owner });
    const { id } = begun.stream;
    reached = until(context, id, ({ state }) => READY.includes(state) || isFinal(state));
    reached.catch(() => undefined);
    // Saved before the job is there: a job whose stream nobody knows would report into nothing.
    await context.save();
    try {
      const job = await dm.jobs.start(
        owner,
        workflow,
        { ...NO_FILE, ...jobArguments(context), ...begun.arguments },
        { signal },
      );
      service(StreamService).hold(numberOf(context), id, job);
    } catch (error) {
      context.clear();
      throw error;
    }
  });
  try {
    const stream = await reached;
    if (stream !== undefined) context.service(StreamService).live(numberOf(context), stream.id, { waiting: '' });
    if (stream !== undefined && isFinal(stream.state)) {
      throw new CommandError('STREAM_ENDED', 'the workflow has ended, and was never Ready', { severity: 'MAJOR' });
    }
  } catch (error) {
    const isCancelled = error instanceof CommandError && error.code === 'CANCELLED' && !context.closing.aborted;
    if (!isCancelled) throw error;
    await stopJob(context);
    throw new CommandError('CANCELLED', 'cancelled, the stream is aborted', { severity: 'MINOR', cause: error });
  }
}

/** The job is stopped, and has really ended. */
async function stopJob(context: StreamContext): Promise<void> {
  const { dm, store, slot, service, closing } = context;
  const stream = slot.object;
  if (stream === null || !isActive(stream)) return;
  const number = numberOf(context);
  if (stream.jobId === '') {
    context.learn(streamWith(stream, { state: 'Aborted', error: 'aborted' }));
    return;
  }
  service(StreamService).hold(number, stream.id, await dm.jobs.stop(stream.owner, stream.jobId));
  await store.when(
    (state) => (isActive(slotOf(state, 'stream', number).object) || closing.aborted ? undefined : true),
    closing,
  );
}

/** Stop: the workflow is told to; done when it has finished and its job has ended. */
export function stopStream(context: StreamContext): Promise<void> {
  return context.abort('Stop', () => endStream(context));
}

/** What keeps a stream from being stopped, with what to do. */
function unstopped(error: unknown): unknown {
  if (!(error instanceof CommandError)) return error;
  const { code, message, severity } = error;
  const said = code === 'COMMAND_REFUSED' ? `the workflow refused stop: ${message}` : message;
  const isOpen = code === 'COMMAND_REFUSED' || code === 'COMMAND_TIMEOUT';
  return isOpen ? new CommandError(code, `${said}; put Abort to end it`, { severity, cause: error }) : error;
}

async function endStream(context: StreamContext): Promise<void> {
  const stream = requireStream(context);
  const { slot, service, signal, source } = context;
  if (!isFinal(stream.state) && stream.state !== 'Finishing') {
    const timeoutMs = slot.inputs.commandTimeoutS * 1000;
    try {
      await service(StreamService).send(numberOf(context), { ...SENT, source, command: 'stop', timeoutMs }, signal);
    } catch (error) {
      // A workflow that ends instead of acknowledging has stopped, too.
      if (context.slot.object?.id !== stream.id || !isFinal(context.slot.object.state)) throw unstopped(error);
    }
  }
  await untilEnded(context, stream.id, slot.inputs.commandTimeoutS);
}

/** The end of the job, without a limit unless something is waited for that was never there. */
async function untilEnded(context: StreamContext, id: string, limitS: number): Promise<void> {
  for (;;) {
    try {
      await until(context, id, (one) => !isActive(one), limitS);
      return;
    } catch (error) {
      if (!(error instanceof CommandError && error.code === 'TIMEOUT')) throw error;
      const { waiting = '' } = context.slot.object?.live ?? {};
      if (waiting !== '') throw new CommandError('COMMAND_TIMEOUT', waiting, { severity: 'MAJOR', cause: error });
    }
  }
}

/** Abort: the job is ended, whatever the workflow does; done when it has really ended, at once when there is none. */
export function abortStream(context: StreamContext): Promise<void> {
  return context.abort('Abort', () => stopJob(context));
}

/** Send: SendCommand with SendArgs; done when the workflow has accepted it. */
export async function sendCommand(context: StreamContext): Promise<void> {
  const { slot, service, signal, source } = context;
  requireGoodInputs(slot);
  const { sendCommand: name, sendArgs, commandTimeoutS } = slot.inputs;
  const command = requireText(name, 'SendCommand');
  const given = { ...SENT, source, command, arguments: sendArgs, timeoutMs: commandTimeoutS * 1000 };
  await service(StreamService).send(numberOf(context), given, signal);
}

/** Clear: forget the stream, keep the setpoints. */
export function clearStream({ slot, clear }: StreamContext): Promise<void> {
  if (isActive(slot.object)) {
    return Promise.reject(new CommandError('SLOT_BUSY', `busy with stream ${slot.id}: put Stop or Abort first`));
  }
  clear();
  return Promise.resolve();
}
