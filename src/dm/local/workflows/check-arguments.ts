import { exactJsonText, plainNumbers } from '../../exact-json.js';
import { DmInvalidArgumentError } from '../../errors.js';
import type { JobArguments } from '../../schemas/job.js';
import type { Workflow } from '../../schemas/workflow.js';
import { reservedReason } from '../jobs/job-variables.js';

/**
 * Check a job's arguments against the workflow's `arguments`, and for names that would change DM's keys or the shell's own variables.
 * @throws DmInvalidArgumentError that names the argument
 */
export function checkArguments(workflow: Workflow, args: JobArguments): void {
  for (const name of Object.keys(args)) {
    const reason = reservedReason(name);
    if (reason !== undefined) throw new DmInvalidArgumentError(`Argument ${reason}; choose another name.`);
  }
  for (const [name, schema] of Object.entries(workflow.arguments ?? {})) {
    const value = args[name];
    if (value === undefined || value === null || value === '') {
      if (schema.required === true)
        throw new DmInvalidArgumentError(`Workflow ${workflow.name} needs the argument ${name}.`);
      continue;
    }
    if (schema.choices === undefined) continue;
    const choices = schema.choices.map(String);
    const given = schema.type === 'multiple_choice' ? listOf(value) : [scalarText(value)];
    const wrong = given.find((one) => !choices.includes(one));
    if (wrong !== undefined) {
      throw new DmInvalidArgumentError(
        `Argument ${name} of workflow ${workflow.name}: "${wrong}" is none of ${choices.join(', ')}.`,
      );
    }
  }
}

/** A multiple choice is a list, or text with commas between. */
function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(scalarText);
  return scalarText(value)
    .split(',')
    .map((one) => one.trim());
}

function scalarText(value: unknown): string {
  return typeof value === 'string' ? value : exactJsonText(plainNumbers(value));
}
