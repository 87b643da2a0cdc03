import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { parseDocument } from 'yaml';
import { errorText } from '../../error-text.js';
import { DmInvalidArgumentError } from '../../errors.js';
import type { Workflow } from '../../schemas/workflow.js';
import { checkWorkflow } from './check-workflow.js';

const MAX_SIZE_BYTES = 256 * 1024;

/** Names of files that hold workflows. */
export function isWorkflowFile(name: string): boolean {
  return /^[^.].*\.(?:json|ya?ml)$/iu.test(name);
}

/** What a file holds, or why that is no workflow; then the name that it would have, if that can be told. */
export type WorkflowReading =
  { readonly workflow: Workflow } | { readonly problem: string; readonly name?: string; readonly owner?: string };

/** Read one workflow definition, JSON or YAML. `name` defaults to the file's name, `owner` to the given one. */
export async function readWorkflowFile(path: string, owner: string): Promise<WorkflowReading> {
  let definition: Readonly<Record<string, unknown>> = {};
  try {
    definition = { name: basename(path, extname(path)), owner, ...(await definitionOf(path)) };
    return { workflow: checkWorkflow(definition) };
  } catch (error) {
    const { name, owner: itsOwner } = definition;
    return {
      problem: `Workflow file ${path}: ${errorText(error)}`,
      ...(typeof name === 'string' && { name }),
      ...(typeof itsOwner === 'string' && { owner: itsOwner }),
    };
  }
}

async function definitionOf(path: string): Promise<object> {
  // YAML contains JSON, and its parser tells line and column. A stage named 01 is no number.
  const document = parseDocument(await textOf(path), { stringKeys: true });
  const problem = document.errors[0];
  if (problem?.code === 'MULTIPLE_DOCS')
    throw new DmInvalidArgumentError('it holds several documents; make a file of each.');
  if (problem !== undefined) throw new DmInvalidArgumentError(problem.message);
  const content: unknown = document.toJS();
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new DmInvalidArgumentError('it must hold one workflow, an object with "stages".');
  return content;
}

/** What isn't a regular file is not waited for. */
async function textOf(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw new DmInvalidArgumentError(`it can't be opened: ${errorText(error)}.`, { cause: error });
  });
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new DmInvalidArgumentError('it is no regular file.');
    if (status.size > MAX_SIZE_BYTES) {
      throw new DmInvalidArgumentError(`it has ${status.size} bytes; the most is ${MAX_SIZE_BYTES}.`);
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
