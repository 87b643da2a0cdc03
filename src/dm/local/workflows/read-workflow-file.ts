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

/**
 * Read one workflow definition, JSON or YAML. `name` defaults to the file's name, `owner` to the engine's.
 * @throws DmInvalidArgumentError that names file and key
 */
export async function readWorkflowFile(path: string, owner: string): Promise<Workflow> {
  // YAML contains JSON, and its parser tells line and column. A stage named 01 is no number.
  const document = parseDocument(await textOf(path), { stringKeys: true });
  const problem = document.errors[0];
  if (problem?.code === 'MULTIPLE_DOCS') {
    throw new DmInvalidArgumentError(`Workflow file ${path}: it holds several documents; make a file of each.`);
  }
  if (problem !== undefined) throw new DmInvalidArgumentError(`Workflow file ${path}: ${problem.message}`);
  try {
    const content: unknown = document.toJS();
    if (typeof content !== 'object' || content === null || Array.isArray(content)) {
      throw new DmInvalidArgumentError('it must hold one workflow, an object with "stages".');
    }
    return checkWorkflow({ name: basename(path, extname(path)), owner, ...content });
  } catch (error) {
    throw new DmInvalidArgumentError(`Workflow file ${path}: ${errorText(error)}`, { cause: error });
  }
}

/** What isn't a regular file is not waited for. */
async function textOf(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw new DmInvalidArgumentError(`Workflow file ${path}: it can't be opened: ${errorText(error)}.`, {
      cause: error,
    });
  });
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new DmInvalidArgumentError(`Workflow file ${path}: it is no regular file.`);
    if (status.size > MAX_SIZE_BYTES) {
      throw new DmInvalidArgumentError(
        `Workflow file ${path}: it has ${status.size} bytes; the most is ${MAX_SIZE_BYTES}.`,
      );
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
