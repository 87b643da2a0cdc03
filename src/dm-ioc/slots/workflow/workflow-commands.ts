import { posix } from 'node:path';
import { jobError, parseExactJson, type Job, type JobArguments } from 'dm';
import { requireExperiment, requireGoodInputs, requireText } from '../../commands/requirements.js';
import { withTimeLimit } from '../../commands/time-limit.js';
import { CommandError } from '../../errors.js';
import { isActive, isSlotBusy } from '../../state/active.js';
import { ownerOf, type WorkflowContext } from './workflow-slot.js';

/**
 * FilePath as workflows need it: commands run in any directory, so a path relative to the experiment's data directory becomes
 * absolute. A workflow that wants a bare name gets it through Args, which pass as they are.
 */
function inputPath(filePath: string, dataDirectory: string | undefined): string {
  const isComplete = filePath.startsWith('/') || filePath.startsWith('@') || filePath.includes('://');
  return isComplete || dataDirectory === undefined ? filePath : posix.join(dataDirectory, filePath);
}

/**
 * Args, the selected experiment unless they name another, and FilePath, as DM's flat dictionary.
 * @throws CommandError SETPOINT_INVALID when Args name another file than FilePath: one would be left out silently
 */
function jobArguments({ slot, store }: WorkflowContext): JobArguments {
  const { selected } = store.state.experiment;
  const args = parseExactJson(slot.inputs.args === '' ? '{}' : slot.inputs.args) as JobArguments;
  const common = { ...(selected === null ? {} : { experimentName: selected.name }), ...args };
  if (slot.inputs.filePath === '') return common;
  const filePath = inputPath(slot.inputs.filePath, selected?.dataDirectory);
  if (![undefined, null, '', slot.inputs.filePath, filePath].includes(args['filePath'] as string | null | undefined)) {
    throw new CommandError(
      'SETPOINT_INVALID',
      'FilePath and Args name two files: empty FilePath, or take filePath out of Args',
    );
  }
  return { ...common, filePath };
}

/** Start: done when DM has taken the job; the slot holds it then. */
export function startJob(context: WorkflowContext): Promise<void> {
  return context.claim(async () => {
    const { dm, store, slot, signal } = context;
    const { experiment } = store.state;
    requireGoodInputs(experiment);
    if (experiment.inputs.name !== '') requireExperiment(context);
    requireGoodInputs(slot);
    if (isSlotBusy(slot)) {
      throw new CommandError('SLOT_BUSY', `busy with job ${slot.id}: put Abort, or use another slot`);
    }
    const workflow = requireText(slot.inputs.workflow, 'Workflow');
    context.take(await dm.jobs.start(slot.inputs.owner || dm.owner, workflow, jobArguments(context), { signal }));
  });
}

/** The whole job, with what its last process said, once it has ended. */
async function endedJob(context: WorkflowContext, id: string, signal: AbortSignal): Promise<Job | null> {
  const { owner } = await context.ended(id, signal);
  try {
    context.learn(await context.dm.jobs.get(owner, id));
  } catch {
    // The end itself is known; only the newest details are missing.
  }
  const { object } = context.slot;
  return object?.id === id ? object : null;
}

function reportEnd(job: Job | null): void {
  if (job?.status === 'failed') throw new CommandError('JOB_FAILED', jobError(job), { severity: 'MAJOR' });
  if (job?.status === 'aborted') throw new CommandError('JOB_ABORTED', 'aborted', { severity: 'MAJOR' });
}

/** Wait: done when the slot's job has ended; cancelling ends the waiting only. */
export async function waitForJob(context: WorkflowContext): Promise<void> {
  await context.started();
  const { id, inputs } = context.slot;
  if (id === '') throw new CommandError('SLOT_EMPTY', 'no job in this slot: put Start or Run');
  const job = await withTimeLimit(context.signal, inputs.timeoutS, 'the job goes on', (signal) =>
    endedJob(context, id, signal),
  );
  reportEnd(job);
}

/** Run: Start and Wait in one; cancelling aborts the job. */
export async function runJob(context: WorkflowContext): Promise<void> {
  await startJob(context);
  const { id } = context.slot;
  try {
    await waitForJob(context);
  } catch (error) {
    const isCancelled = error instanceof CommandError && error.code === 'CANCELLED' && !context.closing.aborted;
    if (!isCancelled) throw error;
    await stopJob(context, id);
    throw new CommandError('JOB_ABORTED', 'aborted', { severity: 'MAJOR', cause: error });
  }
}

async function stopJob(context: WorkflowContext, id: string): Promise<void> {
  const { dm, slot, closing } = context;
  context.learn(await dm.jobs.stop(ownerOf(slot, dm), id));
  await endedJob(context, id, closing);
}

/** Abort: done when the job has really ended, and whoever waited in line was refused; at once when there is none. */
export function abortJob(context: WorkflowContext): Promise<void> {
  return context.abort('Abort', async () => {
    const { slot } = context;
    if (isSlotBusy(slot)) await stopJob(context, slot.id);
  });
}

/** Clear: forget the job, keep the setpoints. */
export function clearJob({ slot, clear }: WorkflowContext): Promise<void> {
  if (isActive(slot.object)) {
    return Promise.reject(new CommandError('SLOT_BUSY', `busy with job ${slot.id}: put Abort first`));
  }
  clear();
  return Promise.resolve();
}
