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
export type StreamSlot = SlotState<StreamInputs, Stream>;
export type StreamContext = SlotContext<StreamSlot, Stream, Stream>;

export const EMPTY_STREAM_SLOT: StreamSlot = emptySlot(INPUTS);

/** For how long the workflow has said nothing, in seconds; null while it was never heard, or has ended. */
export function silenceS({ object, nowMs }: StreamSlot): number | null {
  if (object === null || isFinal(object.state) || object.seenMs === null) return null;
  return Math.max(0, (nowMs - object.seenMs) / 1000);
}

/** Why a user should worry about the workflow; empty: there is no reason. */
function silenceWarning(slot: StreamSlot): string {
  const { object } = slot;
  if (object === null || isFinal(object.state)) return '';
  if (object.live.lost !== '') return object.live.lost;
  const silent = silenceS(slot);
  return silent !== null && silent > slot.inputs.heartbeatTimeoutS ? `silent for ${silent.toFixed(0)} s` : '';
}

/** The slot with news of its stream. */
export function updateStream(slot: StreamSlot, object: Stream, { nowMs }: Moment): StreamSlot {
  return tickStream({ ...slot, object }, { nowMs });
}

/** Once a second: how long the workflow has been silent. */
export function tickStream(slot: StreamSlot, { nowMs }: Pick<Moment, 'nowMs'>): StreamSlot {
  const next = { ...slot, nowMs };
  return { ...next, warning: silenceWarning(next) };
}
