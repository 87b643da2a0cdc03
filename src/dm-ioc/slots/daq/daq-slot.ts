import { daqAdvisory, type DaqInfo } from 'dm';
import { emptySlot } from '../../state/initial-state.js';
import type { Moment } from '../../state/slot-rules.js';
import type { SlotState } from '../../state/state.js';
import type { SlotContext } from '../slot-context.js';
import { transferWarning } from '../transfer/transfer-view.js';

/** What is put for a DAQ, as it is before. */
const INPUTS = {
  dataDirectory: '',
  destDirectory: '',
  processExisting: false,
  skipPattern: '',
  useAnalysisDirectory: false,
  workflowName: '',
  workflowArgs: '',
};

export type DaqInputs = Readonly<typeof INPUTS>;
export type DaqSlot = SlotState<DaqInputs, DaqInfo>;
export type DaqContext = SlotContext<DaqSlot, DaqInfo, DaqInfo>;

export const EMPTY_DAQ_SLOT: DaqSlot = emptySlot(INPUTS);

/** The slot as DM tells its DAQ. Only the web services call a DAQ healthy that does nothing. */
export function updateDaq(slot: DaqSlot, daq: DaqInfo, { nowMs, backend }: Moment): DaqSlot {
  const advice = backend === 'rest' ? daqAdvisory(daq, nowMs) : null;
  return { ...slot, object: daq, nowMs, warning: transferWarning(daq) || (advice ?? '') };
}
