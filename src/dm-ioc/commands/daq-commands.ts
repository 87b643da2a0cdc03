import { isTerminalStatus, type DaqInfo, type DaqOptions } from 'dm';
import { CommandError } from '../errors.js';
import type { DaqInputs, DaqSlot } from '../state/state.js';
import { transferError } from '../state/transfer-view.js';
import {
  claimSlot,
  requireExperiment,
  requireGoodInputs,
  requireText,
  slotOf,
  type Command,
  type CommandContext,
} from './command.js';
import { withTimeLimit } from './time-limit.js';

function daqSlot(context: CommandContext): DaqSlot {
  return slotOf(context.store.state.daqSlots, context);
}

function daqOptions(inputs: DaqInputs): DaqOptions {
  const hasArgs = inputs.workflowArgs !== '' && inputs.workflowArgs !== '{}';
  return {
    ...(inputs.destDirectory === '' ? {} : { destDirectory: inputs.destDirectory }),
    ...(inputs.processExisting ? { processExistingFiles: true } : {}),
    ...(inputs.skipPattern === '' ? {} : { skipFilePathPattern: inputs.skipPattern }),
    ...(inputs.useAnalysisDirectory ? { useAnalysisDirectoryAsRoot: true } : {}),
    ...(inputs.workflowName === '' ? {} : { workflowName: inputs.workflowName }),
    ...(hasArgs ? { workflowArgs: JSON.parse(inputs.workflowArgs) as Record<string, unknown> } : {}),
  };
}

function activeDaq(slot: DaqSlot): DaqInfo | null {
  return slot.daq !== null && !isTerminalStatus(slot.daq.status) ? slot.daq : null;
}

/** Start: watches the directory; the active DAQ of the same experiment and directory is taken over, not doubled. */
export const startDaq: Command = (context) =>
  claimSlot(context, async () => {
    const { dm, store, place, signal } = context;
    const experiment = requireExperiment(context);
    const slot = daqSlot(context);
    requireGoodInputs(slot);
    const directory = requireText(slot.inputs.dataDirectory, 'DataDirectory');
    const active = activeDaq(slot);
    if (active !== null && (active.dataDirectory !== directory || active.experimentName !== experiment.name)) {
      throw new CommandError('SLOT_BUSY', `busy with ${active.dataDirectory}: put Stop, or use another slot`);
    }
    const options = daqOptions(slot.inputs);
    const workflowOwner = options.workflowName === undefined ? {} : { workflowOwner: dm.owner };
    const daq = await dm.daqs.start(experiment.name, directory, { ...options, ...workflowOwner }, { signal });
    store.dispatch({ type: 'slotTaken', area: 'daq', slot: place.slot, daq });
  });

function endedDaq({ store }: CommandContext, id: string, signal: AbortSignal): Promise<DaqInfo> {
  return store.when((state) => {
    const daq = state.daqs.get(id);
    return daq !== undefined && isTerminalStatus(daq.status) ? daq : undefined;
  }, signal);
}

/** Stop: done when the files that were seen are stored and the DAQ has ended; at once when none is active. */
export const stopDaq: Command = async (context) => {
  const { dm, store, signal } = context;
  const active = activeDaq(daqSlot(context));
  if (active === null) return;
  const stopping = await dm.daqs.stop(active.experimentName, active.dataDirectory, { signal });
  store.dispatch({ type: 'daqs', daqs: [stopping] });
  const daq = await withTimeLimit(signal, 0, 'the DAQ goes on ending', (limited) =>
    endedDaq(context, active.id, limited),
  );
  if (daq.status === 'failed')
    throw new CommandError('DAQ_FAILED', transferError(daq) || 'failed', { severity: 'MAJOR' });
};

/** Sync: done when every file that was there at the put is stored; cancelling ends the waiting only. */
export const syncDaq: Command = async (context) => {
  const { dm, store, signal } = context;
  const { id } = daqSlot(context);
  if (id === '') throw new CommandError('SLOT_EMPTY', 'no DAQ in this slot: put Start');
  const daq = await withTimeLimit(signal, 0, 'the DAQ goes on', (limited) => dm.daqs.sync(id, { signal: limited }));
  store.dispatch({ type: 'daqs', daqs: [daq] });
  const reason = transferError(daq);
  if (reason !== '') throw new CommandError('DAQ_FAILED', reason, { severity: 'MAJOR' });
};
