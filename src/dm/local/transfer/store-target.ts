import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { DmInvalidArgumentError } from '../../errors.js';
import type { TaskInfo } from '../../schemas/transfer.js';
import { relativePath } from '../../relative-path.js';
import type { StoredExperiment } from '../experiments/local-experiments.js';
import type { StoreTarget } from './file-store.js';

/** What DM's options mean for the storing of files. @throws DmInvalidArgumentError for a destDirectory that leaves the experiment */
export function storeTarget(experiment: StoredExperiment, options: TaskInfo, sourceRoot: string): StoreTarget {
  return {
    experiment,
    area: options.useAnalysisDirectoryAsRoot === true ? 'analysis' : 'data',
    sourceRoot,
    destDirectory: relativePath(options.destDirectory ?? '', 'destDirectory'),
    checksum: options.skipChecksum !== true,
    transfer: options.skipTransfer !== true,
    catalog: options.skipCatalog !== true,
    removeSource: options.removeSourceFiles === true,
    abort: new SharedArrayBuffer(4),
  };
}

/** @throws DmInvalidArgumentError when files can't be stored in the target, as something that is no directory is in the way */
export async function checkDestination({ experiment, area, destDirectory, transfer }: StoreTarget): Promise<void> {
  if (!transfer || destDirectory === '') return;
  let path = experiment.directories[area];
  for (const name of destDirectory.split('/')) {
    path = join(path, name);
    const status = await lstat(path).catch(() => undefined);
    if (status === undefined) return;
    if (status.isDirectory()) continue;
    const what = status.isSymbolicLink() ? 'a symbolic link, which is not followed' : 'a file';
    throw new DmInvalidArgumentError(`destDirectory "${destDirectory}": ${path} is ${what}; name another directory.`);
  }
}
