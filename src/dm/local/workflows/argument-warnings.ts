import { closestName } from '../../closest-name.js';
import type { JobArguments } from '../../schemas/job.js';
import type { Workflow } from '../../schemas/workflow.js';
import { INPUT_KEYS } from '../jobs/job-keys.js';
import { reservedReason } from '../jobs/job-variables.js';
import { outputVariableNames, usedVariableNames, wordsOf } from './workflow-words.js';

/** What the IOC, with a stream too, and a DAQ or upload that starts jobs, give beside the arguments. */
const GIVEN = [
  ...['experimentName', 'experimentFilePath'],
  ...['streamId', 'reportPv', 'commandPv', 'ackPv', 'dataPv'],
];

/**
 * Arguments that nothing in a workflow seems to be for. With a workflow that declares its `arguments`, any other that no stage names; else only what looks like a
 * misspelt one, as programs may read any from their environment.
 * @returns one sentence each, with the argument that was probably meant
 */
export function argumentWarnings({ stages, arguments: declared }: Workflow, args: JobArguments): string[] {
  const used = usedVariableNames(stages);
  const known = new Set([...Object.keys(declared ?? {}), ...used, ...wordsOf(stages), ...INPUT_KEYS, ...GIVEN]);
  const missing = [...new Set([...Object.keys(declared ?? {}), ...used])].filter((name) => args[name] === undefined);
  return Object.keys(args)
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      // Short names are near to each other by chance.
      const near = name.length > 2 ? closestName(name, missing) : undefined;
      if (declared === undefined && near === undefined) return [];
      return [`argument ${name}: no stage uses it${near === undefined ? '' : `; did you mean ${near}?`}`];
    });
}

/** The arguments that a job of a workflow can need: those it declares, and the variables that its stages use and none of them finds. */
export function neededArguments({ stages, arguments: declared = {} }: Workflow): string[] {
  const found = outputVariableNames(stages);
  const isOther = (name: string): boolean => !found.has(name) && reservedReason(name) === undefined;
  return [...new Set([...Object.keys(declared), ...[...usedVariableNames(stages)].filter(isOther)])];
}
