import { parseExactJson } from '../../exact-json.js';
import { DmInvalidArgumentError } from '../../errors.js';
import { jobArgumentsSchema, type JobArguments } from '../../schemas/job.js';
import type { TaskInfo } from '../../schemas/transfer.js';

/** Read DM's `workflowArgs`: `key:value` pairs with commas between, JSON text of an object, or an object. @throws DmInvalidArgumentError */
export function workflowArgs(args: TaskInfo['workflowArgs']): JobArguments {
  if (args === undefined) return {};
  if (typeof args !== 'string') return args;
  const text = args.trim();
  if (text.startsWith('{')) {
    try {
      return jobArgumentsSchema.parse(parseExactJson(text));
    } catch (error) {
      throw new DmInvalidArgumentError(`workflowArgs is no JSON object: ${text}`, { cause: error });
    }
  }
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const colon = pair.indexOf(':');
      if (colon < 1) throw new DmInvalidArgumentError(`workflowArgs: "${pair}" is not of the form key:value.`);
      return [pair.slice(0, colon).trim(), pair.slice(colon + 1).trim()];
    }),
  );
}
