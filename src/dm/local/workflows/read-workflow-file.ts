import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { parseDocument } from 'yaml';
import { errorText } from '../../error-text.js';
import { DmInvalidArgumentError } from '../../errors.js';
import type { Workflow } from '../../schemas/workflow.js';
import { checkWorkflow } from './check-workflow.js';

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
  const document = parseDocument(await readFile(path, 'utf8'), { stringKeys: true });
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
