import { parseExactJson, type DaqInfo, type DaqOptions } from 'dm';
import { requireExperiment, requireGoodInputs, requireText } from '../../commands/requirements.js';
import { withTimeLimit } from '../../commands/time-limit.js';
import { CommandError } from '../../errors.js';
import { isActive } from '../../state/active.js';
import { transferError } from '../transfer/transfer-view.js';
import { whenStopped } from '../transfer/when-stopped.js';
import type { DaqContext, DaqInputs } from './daq-slot.js';

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

/** What the slot holds, if it has not ended; DM is asked while that isn't known. */
async function activeDaq({ dm, slot, signal }: DaqContext): Promise<DaqInfo | null> {
  if (slot.id === '') return null;
  const daq = slot.object ?? (await dm.daqs.get(slot.id, { signal }));
  return isActive(daq) ? daq : null;
}

/** Start: watches the directory; the active DAQ of the same experiment and directory is taken over, not doubled. */
export function startDaq(context: DaqContext): Promise<void> {
  return context.claim(async () => {
    const { dm, slot, signal } = context;
    const experiment = requireExperiment(context);
    requireGoodInputs(slot);
    const directory = requireText(slot.inputs.dataDirectory, 'DataDirectory');
    const active = await activeDaq(context);
    if (active !== null && (active.dataDirectory !== directory || active.experimentName !== experiment.name)) {
      const what = `${active.dataDirectory} of experiment ${active.experimentName}`;
      throw new CommandError('SLOT_BUSY', `busy with ${what}: put Stop, or use another slot`);
    }
    const options = daqOptions(slot.inputs);
    const workflowOwner = options.workflowName === undefined ? {} : { workflowOwner: dm.owner };
    context.take(await dm.daqs.start(experiment.name, directory, { ...options, ...workflowOwner }, { signal }));
  });
}

/** Waits at most Timeout; the file that DM waited for then is the reason. @throws CommandError TIMEOUT, CANCELLED */
async function waitFor<T>(
  { dm, slot, signal }: DaqContext,
  id: string,
  what: string,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { timeoutS } = slot.inputs;
  try {
    return await withTimeLimit(signal, timeoutS, what, wait, whenStopped(dm));
  } catch (error) {
    if (!(error instanceof CommandError && error.code === 'TIMEOUT')) throw error;
    const { waitingFor } = await dm.daqs.get(id);
    if (waitingFor === undefined) throw error;
    const reason = `timeout after ${timeoutS} s: ${waitingFor} is still being written; ${what}`;
    throw new CommandError('TIMEOUT', reason, { severity: 'MINOR', cause: error });
  }
}

/** Asks DM to stop the slot's DAQ. @returns its id; undefined when none is active */
async function askToStop(context: DaqContext, isForced: boolean): Promise<string | undefined> {
  const active = await activeDaq(context);
  if (active === null) return undefined;
  const stopped = await stopOrEnded(context, active);
  context.learn(stopped);
  if (isForced && isActive(stopped)) context.learn(await stopOrEnded(context, active));
  return active.id;
}

/** DM refuses to stop what somebody else has just stopped: it has ended, as was wanted. */
async function stopOrEnded({ dm, signal }: DaqContext, daq: DaqInfo): Promise<DaqInfo> {
  const { id, experimentName, dataDirectory } = daq;
  try {
    return await dm.daqs.stop(experimentName, dataDirectory, { signal, id });
  } catch (error) {
    const now = await dm.daqs.get(id, { signal }).catch(() => daq);
    if (isActive(now)) throw error;
    return now;
  }
}

/** How the DAQ has ended. @throws CommandError TIMEOUT, CANCELLED */
function endOf(context: DaqContext, id: string): Promise<DaqInfo> {
  return waitFor(context, id, 'the DAQ goes on ending', (limited) => context.ended(id, limited));
}

/** Stop: done when the files that were seen are stored, the DAQ has ended and whoever waited in line was refused; at once when none is active. */
export function stopDaq(context: DaqContext): Promise<void> {
  return context.abort('Stop', () => endDaq(context));
}

async function endDaq(context: DaqContext): Promise<void> {
  const id = await askToStop(context, false);
  if (id === undefined) return;
  const daq = await endOf(context, id);
  if (daq.status === 'failed' || daq.nProcessingErrors > 0)
    throw new CommandError('DAQ_FAILED', transferError(daq) || 'failed', { severity: 'MAJOR' });
}

/** Abort: a stop that doesn't wait for files that are still being written; they count as failed. */
export function abortDaq(context: DaqContext): Promise<void> {
  return context.abort('Abort', async () => {
    const id = await askToStop(context, true);
    if (id !== undefined) await endOf(context, id);
  });
}

/** Sync: done when every file that was there at the put is stored; cancelling ends the waiting only. */
export async function syncDaq(context: DaqContext): Promise<void> {
  const { dm } = context;
  await context.started();
  const { id } = context.slot;
  if (id === '') throw new CommandError('SLOT_EMPTY', 'no DAQ in this slot: put Start');
  const daq = await waitFor(context, id, 'the DAQ goes on', (limited) => dm.daqs.sync(id, { signal: limited }));
  context.learn(daq);
  const reason = transferError(daq);
  if (reason !== '') throw new CommandError('DAQ_FAILED', reason, { severity: 'MAJOR' });
}
