import type { Job, JobArguments } from '../../schemas/job.js';
import { JOB_KEYS } from '../jobs/job-keys.js';
import { outputVariableNames } from './workflow-words.js';

const DM_KEYS: ReadonlySet<string> = new Set([...JOB_KEYS, 'workflow']);

/** The variables that a job's stages have found in the output of their commands, in the order of the stages. */
export function outputVariables(job: Job): Readonly<Record<string, unknown>> {
  const names = outputVariableNames(job.workflow?.stages ?? {});
  return Object.fromEntries([...names].flatMap((name) => (job[name] === undefined ? [] : [[name, job[name]]])));
}

/** The arguments that a job was started with: what is neither DM's own nor found by a stage. */
export function argumentsOf(job: Job): JobArguments {
  const found = outputVariableNames(job.workflow?.stages ?? {});
  return Object.fromEntries(Object.entries(job).filter(([name]) => !DM_KEYS.has(name) && !found.has(name)));
}
