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

/**
 * Those of some files that are not stored as they are: not in the catalogue with their size, time, inode and ctime, or their copy is lost. Rows of older programs
 * have no inode and no ctime.
 */
export async function withoutUnchanged(
  found: readonly TreeEntry[],
  target: StoreTarget,
  { tree, store, files }: UnchangedContext,
): Promise<readonly TreeEntry[]> {
  const { experiment, area } = target;
  const byDestination = new Map(found.map((entry) => [store.destination(target, entry.path), entry]));
  const unchanged = new Map<string, TreeEntry>();
  for (const row of await files.byAreaAndPaths(experiment.record.id, area, [...byDestination.keys()])) {
    const entry = byDestination.get(row.path);
    if (entry !== undefined && isSame(row, entry)) unchanged.set(row.path, entry);
  }
  if (unchanged.size === 0) return found;
  const copies = [...unchanged].map(([path, { sizeBytes }]) => ({ path, sizeBytes }));
  for (const path of await tree.missing(experiment.directories[area], copies)) unchanged.delete(path);
  const entries = new Set(unchanged.values());
  return found.filter((entry) => !entries.has(entry));
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
