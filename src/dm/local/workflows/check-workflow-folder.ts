import type { DmLogger } from '../../logger.js';
import { WorkflowFolder } from './workflow-folder.js';

const NEVER_MS = 2_147_483_647;

/**
 * What the engine would log of a folder of workflows: the files that define nothing, each with its reason.
 * @param owner of workflows that name none
 * @throws DmError DM_CONFIGURATION when the folder can't be read
 */
export async function checkWorkflowFolder(directory: string, owner: string): Promise<string[]> {
  const problems: string[] = [];
  const collect = (_fields: object, message: string): void => {
    problems.push(message);
  };
  const ignore = (): void => undefined;
  const log: DmLogger = { debug: ignore, info: ignore, warn: collect, error: collect };
  const folder = new WorkflowFolder({
    directory,
    owner,
    rescanPeriodMs: NEVER_MS,
    log,
    onChange: ignore,
    onRemove: ignore,
  });
  await folder.start();
  await folder.close();
  return problems;
}
