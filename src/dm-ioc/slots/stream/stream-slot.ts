import { emptySlot } from '../../state/initial-state.js';
import type { Moment } from '../../state/slot-rules.js';
import type { SlotState } from '../../state/state.js';
import type { SlotContext } from '../slot-context.js';
import { isFinal } from './stream-state.js';
import type { PROTOCOLS, Stream } from './stream.js';

/** What is put for a stream, as it is before. */
const INPUTS = {
  workflow: '',
  owner: '',
  filePath: '',
  /** A JSON object. */
  args: '{}',
  dataPv: '',
  reportPv: '',
  protocol: 'Native' as (typeof PROTOCOLS)[number],
  controlPattern: 'consumer:*:control',
  statusPattern: 'consumer:*:status',
  nConsumers: 1,
  heartbeatTimeoutS: 30,
  commandTimeoutS: 30,
  sendCommand: '',
  sendArgs: '{}',
};

export type StreamInputs = Readonly<typeof INPUTS>;
export interface StreamSlot extends SlotState<StreamInputs, Stream> {
  /** When the workflow, or DM of its job, was heard last, by the slot's clock; null: never. */
  readonly heardMs: number | null;
}
export type StreamContext = SlotContext<StreamSlot, Stream, Stream>;

export const EMPTY_STREAM_SLOT: StreamSlot = { ...emptySlot(INPUTS), heardMs: null };

/** For how long the workflow has said nothing, in seconds; null while it can't: its job doesn't run yet, or has ended. */
function silenceS({ object, heardMs, nowMs }: StreamSlot): number | null {
  if (object === null || isFinal(object.state) || heardMs === null) return null;
  if (object.seenMs === null && object.jobStatus !== 'running') return null;
  return (nowMs - heardMs) / 1000;
}

/** Why a user should worry about the workflow; empty: there is no reason. */
function silenceWarning(slot: StreamSlot): string {
  const { object } = slot;
  if (object === null || isFinal(object.state)) return '';
  if (object.live.lost !== '') return object.live.lost;
  const silent = silenceS(slot);
  if (silent === null || silent <= slot.inputs.heartbeatTimeoutS) return '';
  return [object.live.waiting, `silent for ${silent.toFixed(0)} s`].filter((text) => text !== '').join(', ');
}

function heardAt({ object: known, heardMs }: StreamSlot, { seenMs, jobStatus }: Stream, nowMs: number): number {
  // Nobody could be heard while the IOC was away.
  if (known === null) return nowMs;
  return seenMs === known.seenMs && jobStatus === known.jobStatus && heardMs !== null ? heardMs : nowMs;
}

/** The slot with news of its stream. */
export function updateStream(slot: StreamSlot, object: Stream, { nowMs }: Moment): StreamSlot {
  return tickStream({ ...slot, object, heardMs: heardAt(slot, object, nowMs) }, { nowMs });
}

/** Once a second: how long the workflow has been silent. */
export function tickStream(slot: StreamSlot, { nowMs }: Pick<Moment, 'nowMs'>): StreamSlot {
  const next = { ...slot, nowMs };
  return { ...next, warning: silenceWarning(next) };
}
