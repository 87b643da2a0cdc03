import { NO_YES, readingsOf, type ReadingOptions } from '../../registry/readings.js';
import { Setpoints } from '../../registry/setpoints.js';
import { command, type Plain, type ReadingSignal, type Signals, type ValueKind } from '../../registry/signal.js';
import { abortStream, clearStream, sendCommand, startStream, stopStream } from './stream-commands.js';
import type { StreamContext, StreamSlot } from './stream-slot.js';
import { isFinal, STREAM_STATES } from './stream-state.js';
import { LONGEST_TIMEOUT_S } from './stream-time.js';
import { answerText, isReady, shownAlive, shownState, stateText } from './stream-view.js';
import { PROTOCOLS, type Stream, type StreamReport } from './stream.js';

const { reading } = readingsOf<StreamSlot>();
const setpoint = new Setpoints<StreamSlot, StreamContext>();

/** Something of the stream; empty or 0 while there is none. */
function ofStream(
  kind: ValueKind,
  description: string,
  of: (stream: Stream, slot: StreamSlot) => Plain,
  options?: ReadingOptions,
): ReadingSignal<StreamSlot> {
  const none = kind === 'text' ? '' : 0;
  return reading(kind, description, (slot) => (slot.object === null ? none : of(slot.object, slot)), options);
}

/** Something of the newest report. */
function reported(
  kind: ValueKind,
  description: string,
  of: (report: StreamReport) => Plain,
  options?: ReadingOptions,
): ReadingSignal<StreamSlot> {
  return ofStream(kind, description, ({ report }) => of(report), options);
}

/** Addresses `@stream[n].…` */
export const STREAM_SIGNALS: Signals<StreamSlot, StreamContext> = {
  workflow: setpoint.name('workflow', 'Streaming workflow to run'),
  owner: setpoint.name('owner', 'Its owner; empty: the DM user'),
  filePath: setpoint.path('filePath', 'Its input, job argument filePath'),
  args: setpoint.json('args', 'Its other arguments, a JSON object', 8000),
  dataPv: setpoint.name('dataPv', 'PV of the frames; empty: none'),
  reportPv: setpoint.name('reportPv', 'Report served elsewhere; empty: here'),
  protocol: setpoint.choice('protocol', 'What the workflow speaks', PROTOCOLS),
  controlPattern: setpoint.name('controlPattern', 'Control PVs of consumers, * is 1..N'),
  statusPattern: setpoint.name('statusPattern', 'Status PVs of consumers, * is 1..N'),
  nConsumers: setpoint.integer('nConsumers', 'Consumers of pvaPy', { unit: '', min: 1, max: 256 }),
  heartbeatTimeout: setpoint.number('heartbeatTimeoutS', 'Silence that is an alarm', {
    unit: 's',
    min: 1,
    max: LONGEST_TIMEOUT_S,
  }),
  commandTimeout: setpoint.number('commandTimeoutS', 'For the acknowledgement; 0: none', {
    unit: 's',
    min: 0,
    max: LONGEST_TIMEOUT_S,
  }),
  sendCommand: setpoint.name('sendCommand', 'Command for Send', { maxCharacters: 63 }),
  sendArgs: setpoint.json('sendArgs', 'Its arguments, a JSON object', 8000),
  start: command('Start; done when the workflow is ready', startStream),
  stop: command('Stop; done when all has ended', stopStream),
  abort: command('Abort; done when the job has ended', abortStream),
  send: command('Send; done when acknowledged', sendCommand),
  clear: command('Forget the stream', clearStream),
  streamId: reading('text', 'Id of the stream', ({ id }) => id),
  jobId: ofStream('text', 'Id of its job in DM', ({ jobId }) => jobId),
  experiment: ofStream('text', 'Experiment of the stream', ({ experiment }) => experiment),
  state: reading('choice', 'State of the stream', shownState, { states: STREAM_STATES }),
  stateText: reading('text', 'State, stage, and why', stateText),
  ready: reading('boolean', 'The workflow takes frames', ({ object }) => isReady(object), { states: NO_YES }),
  alive: reading('boolean', 'The workflow was heard lately', shownAlive, { states: NO_YES }),
  message: reported('text', 'What the workflow said last', ({ message }) => message),
  errorMessage: reading('text', 'Why it failed', ({ commandError, object }) => commandError || (object?.error ?? '')),
  stage: reported('text', 'Stage that the workflow reports', ({ stage }) => stage),
  progress: reported('number', 'Progress that it reports', ({ progress }) => progress, { unit: '%' }),
  nReceived: reported('integer', 'Frames received', ({ nReceived }) => nReceived),
  nProcessed: reported('integer', 'Frames processed', ({ nProcessed }) => nProcessed),
  nDropped: reported('integer', 'Frames dropped', ({ nDropped }) => nDropped),
  receiveRate: reported('number', 'Frames received per second', ({ receiveRate }) => receiveRate, { unit: 'Hz' }),
  processRate: reported('number', 'Frames processed per second', ({ processRate }) => processRate, { unit: 'Hz' }),
  nPending: ofStream('integer', 'Commands not acknowledged', ({ pending }) => pending.length),
  answer: ofStream('text', 'What was said to the last command', ({ answers }) => answerText(answers.at(-1))),
  results: reported('text', 'Results, JSON', ({ results }) => results),
  commandPv: reported('text', 'Command object of the workflow', ({ commandPv }) => commandPv),
  dataConnected: ofStream(
    'boolean',
    'DataPv is connected',
    ({ live, state }) => live.data.isConnected && !isFinal(state),
    { states: NO_YES },
  ),
  dataCount: ofStream('integer', 'Frames seen at DataPv', ({ live }) => live.data.count),
  dataRate: ofStream(
    'number',
    'Frames per second at DataPv',
    ({ live, state }) => (isFinal(state) ? 0 : live.data.rate),
    { unit: 'Hz' },
  ),
  dataMissed: ofStream('integer', 'Gaps in uniqueId at DataPv', ({ live }) => live.data.missed),
  dataLastId: ofStream('integer', 'Last uniqueId at DataPv', ({ live }) => live.data.lastId),
};
