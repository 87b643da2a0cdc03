import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CompiledSelection } from './file-selection.js';
import type { TreeEntry, TreeError } from './tree-messages.js';

const CHUNK_ENTRIES = 2000;

/**
 * Walk a tree and give its selected regular files in chunks. Symbolic links, to files and to directories, are not followed and not given.
 * A directory that can't be read is reported and doesn't stop the walk. A root that is missing is reported with the path ''.
 */
export async function scanTree(
  root: string,
  selection: CompiledSelection,
  onEntries: (entries: TreeEntry[]) => void,
): Promise<TreeError[]> {
  const errors: TreeError[] = [];
  let entries: TreeEntry[] = [];
  const directories = [''];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    try {
      for (const child of readdirSync(join(root, directory), { withFileTypes: true })) {
        const path = directory === '' ? child.name : `${directory}/${child.name}`;
        if (child.isDirectory()) {
          if (selection.entersDirectory(path)) directories.push(path);
        } else if (child.isFile() && selection.takesFile(path)) {
          const entry = treeEntry(root, path);
          if (entry !== undefined) entries.push(entry);
        }
      }
    } catch (error) {
      errors.push({ path: directory, message: error instanceof Error ? error.message : String(error) });
    }
    if (entries.length >= CHUNK_ENTRIES) {
      onEntries(entries);
      entries = [];
      await setImmediate();
    }
  }
  if (entries.length > 0) onEntries(entries);
  return errors;
}

/** @returns undefined when there is no regular file of that path */
export function treeEntry(root: string, path: string): TreeEntry | undefined {
  const status = lstatSync(join(root, path), { throwIfNoEntry: false });
  if (status?.isFile() !== true) return undefined;
  return { path, sizeBytes: status.size, mtimeMs: status.mtimeMs, inode: status.ino };
}
