import { posix } from 'node:path';
import { isTerminalStatus, type Job, type JobArguments } from 'dm';
import { CommandError } from '../errors.js';
import { jobError } from '../state/job-view.js';
import type { WorkflowSlot } from '../state/state.js';
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

function workflowSlot(context: CommandContext): WorkflowSlot {
  return slotOf(context.store.state.workflowSlots, context);
}

function ownerOf(slot: WorkflowSlot, context: CommandContext): string {
  return slot.job?.owner ?? (slot.inputs.owner || context.dm.owner);
}

function isSlotActive(slot: WorkflowSlot): boolean {
  return slot.id !== '' && (slot.job === null || !isTerminalStatus(slot.job.status));
}

/**
 * FilePath as workflows need it: commands run in any directory, so a path relative to the experiment's data directory becomes
 * absolute. A workflow that wants a bare name gets it through Args, which pass as they are.
 */
function inputPath(filePath: string, dataDirectory: string | undefined): string {
  const isComplete = filePath.startsWith('/') || filePath.startsWith('@') || filePath.includes('://');
  return isComplete || dataDirectory === undefined ? filePath : posix.join(dataDirectory, filePath);
}

/** Args, and over them the selected experiment and FilePath, as DM's flat dictionary. */
function jobArguments(slot: WorkflowSlot, context: CommandContext): JobArguments {
  const { selected } = context.store.state.experiment;
  const args = JSON.parse(slot.inputs.args === '' ? '{}' : slot.inputs.args) as JobArguments;
  return {
    ...(selected === null ? {} : { experimentName: selected.name }),
    ...args,
    ...(slot.inputs.filePath === '' ? {} : { filePath: inputPath(slot.inputs.filePath, selected?.dataDirectory) }),
  };
}

/** Start: done when DM has taken the job; the slot holds it then. */
export const startJob: Command = (context) =>
  claimSlot(context, async () => {
    const slot = workflowSlot(context);
    const { experiment } = context.store.state;
    requireGoodInputs(experiment);
    if (experiment.inputs.name !== '') requireExperiment(context);
    requireGoodInputs(slot);
    if (isSlotActive(slot)) {
      throw new CommandError('SLOT_BUSY', `busy with job ${slot.id}: put Abort, or use another slot`);
    }
    const workflow = requireText(slot.inputs.workflow, 'Workflow');
    const owner = slot.inputs.owner || context.dm.owner;
    const job = await context.dm.jobs.start(owner, workflow, jobArguments(slot, context), { signal: context.signal });
    context.store.dispatch({ type: 'slotTaken', area: 'workflow', slot: context.place.slot, job });
  });

/** The whole job, with what its last process said, once it has ended. */
async function endedJob(context: CommandContext, id: string, signal: AbortSignal): Promise<Job | undefined> {
  const { dm, store } = context;
  const { owner } = await store.when((state) => {
    const job = state.jobs.get(id);
    return job !== undefined && isTerminalStatus(job.status) ? job : undefined;
  }, signal);
  try {
    store.dispatch({ type: 'jobs', jobs: [await dm.jobs.get(owner, id)] });
  } catch {
    // The end itself is known; only the newest details are missing.
  }
  const { job } = workflowSlot(context);
  return job?.id === id ? job : undefined;
}

function reportEnd(job: Job | undefined): void {
  if (job?.status === 'failed') throw new CommandError('JOB_FAILED', jobError(job), { severity: 'MAJOR' });
  if (job?.status === 'aborted') throw new CommandError('JOB_ABORTED', 'aborted', { severity: 'MAJOR' });
}

function heldJob(context: CommandContext): WorkflowSlot {
  const slot = workflowSlot(context);
  if (slot.id === '') throw new CommandError('SLOT_EMPTY', 'no job in this slot: put Start or Run');
  return slot;
}

/** Wait: done when the slot's job has ended; cancelling ends the waiting only. */
export const waitForJob: Command = async (context) => {
  const { id, inputs } = heldJob(context);
  const job = await withTimeLimit(context.signal, inputs.timeoutS, 'the job goes on', (signal) =>
    endedJob(context, id, signal),
  );
  reportEnd(job);
};

/** Run: Start and Wait in one; cancelling aborts the job. */
export const runJob: Command = async (context) => {
  await startJob(context);
  const { id } = workflowSlot(context);
  try {
    await waitForJob(context);
  } catch (error) {
    const isCancelled = error instanceof CommandError && error.code === 'CANCELLED' && !context.closing.aborted;
    if (!isCancelled) throw error;
    await stopJob(context, id);
    throw new CommandError('JOB_ABORTED', 'aborted', { severity: 'MAJOR', cause: error });
  }
};

async function stopJob(context: CommandContext, id: string): Promise<void> {
  const { dm, store, closing } = context;
  const job = await dm.jobs.stop(ownerOf(workflowSlot(context), context), id);
  store.dispatch({ type: 'jobs', jobs: [job] });
  await endedJob(context, id, closing);
}

/** Abort: done when the job has really ended; at once when there is none. */
export const abortJob: Command = async (context) => {
  const slot = workflowSlot(context);
  if (isSlotActive(slot)) await stopJob(context, slot.id);
};

/** Clear: forget the job, keep the setpoints. */
export const clearJob: Command = (context) => {
  const slot = workflowSlot(context);
  if (slot.job !== null && isSlotActive(slot)) {
    return Promise.reject(new CommandError('SLOT_BUSY', `busy with job ${slot.id}: put Abort first`));
  }
  context.store.dispatch({ type: 'slotCleared', area: 'workflow', slot: context.place.slot });
  return Promise.resolve();
};

/** WaitIdle: done when the DM user has no active job. */
export const waitIdle: Command = async ({ store, signal }) => {
  await withTimeLimit(signal, 0, 'jobs go on', (limited) =>
    store.when((state) => {
      for (const job of state.jobs.values()) if (!isTerminalStatus(job.status)) return undefined;
      return true;
    }, limited),
  );
};
