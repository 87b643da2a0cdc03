import type { TaskInfo } from '../../schemas/transfer.js';
import type { StoredExperiment } from '../experiments/local-experiments.js';
import { relativePath } from '../relative-path.js';
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
