import { argumentsOf, argumentWarnings, jobAdvisory, stageNames, type Job } from 'dm';

/**
 * What a user should know about a job beside its status: that nothing ran, a regular expression that matched nothing, an argument that no stage uses.
 * @param backend the local engine's workflows are known to the last key; what the web services say needs explaining
 * @returns a sentence each
 */
export function jobWarnings(job: Job, backend: string): string[] {
  const advice = backend === 'rest' ? jobAdvisory(job) : null;
  const stages = job.workflow?.stages ?? {};
  const processes = stageNames(job).flatMap((stage) => {
    const all = Object.values(stages[stage]?.childProcesses ?? {});
    // Of a stage that is repeated, only the last one's output counts.
    return stages[stage]?.repeatUntil === undefined ? all : all.slice(-1);
  });
  const nothingRan = job.status === 'done' && stageNames(job).length > 0 && processes.length === 0;
  const odd = processes.flatMap(({ stageId, warning }) => (warning === undefined ? [] : [`${stageId}: ${warning}`]));
  return [
    ...(nothingRan ? ['done, but no stage ran'] : []),
    ...new Set(odd),
    ...unusedArguments(job, backend),
    ...(advice === null ? [] : [advice]),
  ];
}

function unusedArguments(job: Job, backend: string): string[] {
  const { workflow } = job;
  if (backend !== 'local' || workflow?.stages === undefined) return [];
  return argumentWarnings({ ...workflow, stages: workflow.stages }, argumentsOf(job));
}
