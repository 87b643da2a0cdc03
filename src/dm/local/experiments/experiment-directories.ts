import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../../make-directory.js';

/** Where an experiment's files are; all absolute. */
export interface ExperimentDirectories {
  readonly storage: string;
  readonly data: string;
  readonly analysis: string;
  readonly system: string;
  /** Unfinished copies; whatever is in it at start is left over from a crash. */
  readonly staging: string;
}

/** `<root>/experiments[/<rootPath>]/<name>/{data,analysis,system}` */
export function experimentDirectories(root: string, rootPath: string | null, name: string): ExperimentDirectories {
  const storage = join(root, 'experiments', rootPath ?? '', name);
  return {
    storage,
    data: join(storage, 'data'),
    analysis: join(storage, 'analysis'),
    system: join(storage, 'system'),
    staging: join(storage, 'system', 'staging'),
  };
}

/** Create what is missing, and empty the staging directory. */
export async function prepareDirectories(directories: ExperimentDirectories): Promise<void> {
  await rm(directories.staging, { recursive: true, force: true });
  for (const directory of [directories.data, directories.analysis, directories.staging]) {
    makeDirectory(directory);
  }
}
