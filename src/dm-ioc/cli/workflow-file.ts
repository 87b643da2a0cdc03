import { DmError, readWorkflowFile, type Workflow } from 'dm';

/** The workflow that a file holds. @throws DmError DM_CONFIGURATION that names file and key */
export async function workflowOfFile(file: string, owner: string): Promise<Workflow> {
  const reading = await readWorkflowFile(file, owner);
  if ('workflow' in reading) return reading.workflow;
  throw new DmError('DM_CONFIGURATION', reading.problem);
}
