import type { FileRecord, FileRepository } from '../store/file-repository.js';
import type { TreeEntry } from '../tree/tree-messages.js';
import type { TreeService } from '../tree/tree-service.js';
import type { FileStore, StoreTarget } from './file-store.js';

const COARSE_CLOCK_MS = 1000;

export interface UnchangedContext {
  readonly tree: TreeService;
  readonly store: FileStore;
  readonly files: FileRepository;
}

export interface Unchanged {
  /** Those that are not stored as they are. */
  readonly due: readonly TreeEntry[];
  /** The rows of the others. */
  readonly stored: readonly FileRecord[];
}

/**
 * Which of some files are stored as they are: in the catalogue with their size, time, inode and ctime, and their copy is there. Rows of older programs
 * have no inode and no ctime.
 */
export async function withoutUnchanged(
  found: readonly TreeEntry[],
  target: StoreTarget,
  { tree, store, files }: UnchangedContext,
): Promise<Unchanged> {
  const { experiment, area } = target;
  const byDestination = new Map(found.map((entry) => [store.destination(target, entry.path), entry]));
  const unchanged = new Map<string, FileRecord>();
  for (const row of await files.byAreaAndPaths(experiment.record.id, area, [...byDestination.keys()])) {
    const entry = byDestination.get(row.path);
    if (entry !== undefined && isSame(row, entry)) unchanged.set(row.path, row);
  }
  if (unchanged.size === 0) return { due: found, stored: [] };
  const copies = [...unchanged].map(([path, { sizeBytes }]) => ({ path, sizeBytes }));
  for (const path of await tree.missing(experiment.directories[area], copies)) unchanged.delete(path);
  const due = [...byDestination].filter(([path]) => !unchanged.has(path)).map(([, entry]) => entry);
  return { due, stored: [...unchanged.values()] };
}

function isSame(row: FileRecord, entry: TreeEntry): boolean {
  if (row.sizeBytes !== entry.sizeBytes || row.mtimeMs !== entry.mtimeMs) return false;
  if (row.inode === null) return true;
  return row.inode === entry.inode && row.ctimeMs === entry.ctimeMs && !mayHaveChanged(row);
}

/** Where the clock of files counts whole seconds, a file that was written again in the second of its copy looks the same. */
function mayHaveChanged({ ctimeMs, storedMs }: FileRecord): boolean {
  return ctimeMs !== null && ctimeMs % COARSE_CLOCK_MS === 0 && storedMs - ctimeMs < 2 * COARSE_CLOCK_MS;
}
