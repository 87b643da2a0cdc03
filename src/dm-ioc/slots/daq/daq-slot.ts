import { daqAdvisory, type DaqInfo } from 'dm';
import { emptySlot } from '../../state/initial-state.js';
import type { Moment } from '../../state/slot-rules.js';
import type { SlotState } from '../../state/state.js';
import type { SlotContext } from '../slot-context.js';
import { joined, transferWarning } from '../transfer/transfer-view.js';

/** What is put for a DAQ, as it is before. */
const INPUTS = {
  dataDirectory: '',
  destDirectory: '',
  processExisting: false,
  skipPattern: '',
  useAnalysisDirectory: false,
  workflowName: '',
  workflowArgs: '',
  timeoutS: 0,
};

export type DaqInputs = Readonly<typeof INPUTS>;
export type DaqSlot = SlotState<DaqInputs, DaqInfo>;
export type DaqContext = SlotContext<DaqSlot, DaqInfo, DaqInfo>;

export const EMPTY_DAQ_SLOT: DaqSlot = emptySlot(INPUTS);

/** So long a file may keep Sync or Stop waiting without a word. */
const PATIENCE_MS = 5000;

/** New files go to another experiment than the operator has selected since. */
function otherExperiment({ status, experimentName }: DaqInfo, selected: string | null): string {
  const isTaking = status === 'pending' || status === 'running';
  if (!isTaking || selected === null || selected === experimentName) return '';
  return `stores for ${experimentName}, selected is ${selected}`;
}

/** The file that keeps Sync or Stop waiting; empty when nothing does. */
function lateFile({ status, waitingFor, waitingSince = 0, isAwaited }: DaqInfo, nowMs: number): string {
  const isLate = nowMs - waitingSince * 1000 >= PATIENCE_MS;
  const isWaitedFor = isAwaited === true || status === 'finalizing';
  return waitingFor !== undefined && isLate && isWaitedFor ? `waits for ${waitingFor}: it is still being written` : '';
}

/** The slot as DM tells its DAQ. Only the web services call a DAQ healthy that does nothing. */
export function updateDaq(slot: DaqSlot, daq: DaqInfo, { nowMs, backend, experimentName }: Moment): DaqSlot {
  const advice = backend === 'rest' ? daqAdvisory(daq, nowMs) : null;
  const trouble = transferWarning(daq) || (advice ?? '');
  const warning = joined(otherExperiment(daq, experimentName), lateFile(daq, nowMs), trouble);
  return { ...slot, object: daq, nowMs, warning };
}
