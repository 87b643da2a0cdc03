import { setImmediate } from 'node:timers/promises';
import type { FileRepository } from '../store/file-repository.js';
import type { TreeEntry } from '../tree/tree-messages.js';
import type { TreeService } from '../tree/tree-service.js';
import type { FileStore, StoreTarget } from './file-store.js';

export interface UnchangedContext {
  readonly tree: TreeService;
  readonly store: FileStore;
  readonly files: FileRepository;
}

/** Looked up in the catalogue at a time, so that a large tree holds nothing else up. */
const LOOK_UP_FILES = 500;

/** Those of the files that are not stored as they are: not in the catalogue with their size and time, or their copy is lost. */
export async function withoutUnchanged(
  found: readonly TreeEntry[],
  target: StoreTarget,
  context: UnchangedContext,
): Promise<TreeEntry[]> {
  const changed: TreeEntry[] = [];
  for (let at = 0; at < found.length; at += LOOK_UP_FILES) {
    changed.push(...(await changedOf(found.slice(at, at + LOOK_UP_FILES), target, context)));
    await setImmediate();
  }
  return changed;
}

async function changedOf(
  found: readonly TreeEntry[],
  target: StoreTarget,
  { tree, store, files }: UnchangedContext,
): Promise<TreeEntry[]> {
  const { experiment, area } = target;
  const catalogued = new Map<string, TreeEntry>();
  for (const entry of found) {
    const destination = store.destination(target, entry.path);
    const row = files.byAreaAndPath(experiment.record.id, area, destination);
    if (row?.sizeBytes === entry.sizeBytes && row.mtimeMs === entry.mtimeMs) catalogued.set(destination, entry);
  }
  const copies = [...catalogued].map(([path, { sizeBytes }]) => ({ path, sizeBytes }));
  if (copies.length > 0) {
    for (const path of await tree.missing(experiment.directories[area], copies)) catalogued.delete(path);
  }
  const unchanged = new Set(catalogued.values());
  return found.filter((entry) => !unchanged.has(entry));
}
