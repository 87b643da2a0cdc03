import { parseExactJson, type DaqInfo, type DaqOptions } from 'dm';
import { requireExperiment, requireGoodInputs, requireText } from '../../commands/requirements.js';
import { withTimeLimit } from '../../commands/time-limit.js';
import { CommandError } from '../../errors.js';
import { isActive } from '../../state/active.js';
import { transferError } from '../transfer/transfer-view.js';
import { whenStopped } from '../transfer/when-stopped.js';
import type { DaqContext, DaqInputs, DaqSlot } from './daq-slot.js';

function daqOptions(inputs: DaqInputs): DaqOptions {
  const hasArgs = inputs.workflowArgs !== '' && inputs.workflowArgs !== '{}';
  return {
    ...(inputs.destDirectory === '' ? {} : { destDirectory: inputs.destDirectory }),
    ...(inputs.processExisting ? { processExistingFiles: true } : {}),
    ...(inputs.skipPattern === '' ? {} : { skipFilePathPattern: inputs.skipPattern }),
    ...(inputs.useAnalysisDirectory ? { useAnalysisDirectoryAsRoot: true } : {}),
    ...(inputs.workflowName === '' ? {} : { workflowName: inputs.workflowName }),
    ...(hasArgs ? { workflowArgs: parseExactJson(inputs.workflowArgs) as Record<string, unknown> } : {}),
  };
}

function activeDaq({ object }: DaqSlot): DaqInfo | null {
  return isActive(object) ? object : null;
}

/** Start: watches the directory; the active DAQ of the same experiment and directory is taken over, not doubled. */
export function startDaq(context: DaqContext): Promise<void> {
  return context.claim(async () => {
    const { dm, slot, signal } = context;
    const experiment = requireExperiment(context);
    requireGoodInputs(slot);
    const directory = requireText(slot.inputs.dataDirectory, 'DataDirectory');
    const active = activeDaq(slot);
    if (active !== null && (active.dataDirectory !== directory || active.experimentName !== experiment.name)) {
      throw new CommandError('SLOT_BUSY', `busy with ${active.dataDirectory}: put Stop, or use another slot`);
    }
    const options = daqOptions(slot.inputs);
    const workflowOwner = options.workflowName === undefined ? {} : { workflowOwner: dm.owner };
    context.take(await dm.daqs.start(experiment.name, directory, { ...options, ...workflowOwner }, { signal }));
  });
}

/** Stop: done when the files that were seen are stored, the DAQ has ended and whoever waited in line was refused; at once when none is active. */
export function stopDaq(context: DaqContext): Promise<void> {
  return context.abort('Stop', () => endDaq(context));
}

async function endDaq(context: DaqContext): Promise<void> {
  const { dm, slot, signal } = context;
  const active = activeDaq(slot);
  if (active === null) return;
  context.learn(await dm.daqs.stop(active.experimentName, active.dataDirectory, { signal }));
  const daq = await withTimeLimit(
    signal,
    0,
    'the DAQ goes on ending',
    (limited) => context.ended(active.id, limited),
    whenStopped(dm),
  );
  if (daq.status === 'failed')
    throw new CommandError('DAQ_FAILED', transferError(daq) || 'failed', { severity: 'MAJOR' });
}

/** Sync: done when every file that was there at the put is stored; cancelling ends the waiting only. */
export async function syncDaq(context: DaqContext): Promise<void> {
  const { dm, signal } = context;
  await context.started();
  const { id } = context.slot;
  if (id === '') throw new CommandError('SLOT_EMPTY', 'no DAQ in this slot: put Start');
  const daq = await withTimeLimit(
    signal,
    0,
    'the DAQ goes on',
    (limited) => dm.daqs.sync(id, { signal: limited }),
    whenStopped(dm),
  );
  context.learn(daq);
  const reason = transferError(daq);
  if (reason !== '') throw new CommandError('DAQ_FAILED', reason, { severity: 'MAJOR' });
}
