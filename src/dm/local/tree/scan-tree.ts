import { lstatSync, readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { CompiledSelection } from './file-selection.js';
import type { TreeEntry, TreeError } from './tree-messages.js';
import { errorText } from '../../error-text.js';

/** So many entries are given at once. */
export const CHUNK_ENTRIES = 250;
/** What Node reads where a name is not UTF-8; the system doesn't know the name that comes out. */
const REPLACEMENT = '\ufffd';
const NOT_UTF8 = 'its name is not UTF-8; rename it';

/**
 * Walk a tree and give its selected regular files in chunks, the next when one is worked on. Symbolic links, to files and to directories, are not followed and not given.
 * What can't be read is reported and doesn't stop the walk; what vanishes meanwhile is no error. A root that is missing is reported with the path ''.
 */
export async function scanTree(
  root: string,
  selection: CompiledSelection,
  onEntries: (entries: TreeEntry[]) => Promise<void>,
): Promise<TreeError[]> {
  const errors: TreeError[] = [];
  let entries: TreeEntry[] = [];
  const directories = [''];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for (const child of childrenOf(root, directory, errors)) {
      const path = directory === '' ? child.name : `${directory}/${child.name}`;
      if (child.isDirectory()) {
        if (selection.entersDirectory(path)) directories.push(path);
      } else if (child.isFile() && selection.takesFile(path)) {
        const entry = readEntry(root, path, errors);
        if (entry !== undefined) entries.push(entry);
      }
      if (entries.length >= CHUNK_ENTRIES) {
        await onEntries(entries);
        entries = [];
      }
    }
  }
  if (entries.length > 0) await onEntries(entries);
  return errors;
}

/** @returns undefined when there is no regular file of that path, or none that can be reached */
export function treeEntry(root: string, path: string): TreeEntry | undefined {
  return readEntry(root, path, []);
}

/** Tells one directory from another that has taken its path; undefined when there is none that can be reached. */
export function directoryIdentity(path: string): string | undefined {
  try {
    const { dev, ino, birthtimeMs } = statSync(path);
    return `${dev}:${ino}:${birthtimeMs}`;
  } catch {
    return undefined;
  }
}

function childrenOf(root: string, directory: string, errors: TreeError[]): Dirent[] {
  try {
    return readdirSync(join(root, directory), { withFileTypes: true });
  } catch (error) {
    noteError(directory, error, errors);
    return [];
  }
}

function readEntry(root: string, path: string, errors: TreeError[]): TreeEntry | undefined {
  try {
    const status = lstatSync(join(root, path));
    const { size: sizeBytes, mtimeMs, ino: inode, ctimeMs } = status;
    return status.isFile() ? { path, sizeBytes, mtimeMs, inode, ctimeMs } : undefined;
  } catch (error) {
    noteError(path, error, errors);
    return undefined;
  }
}

function noteError(path: string, error: unknown, errors: TreeError[]): void {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  if (missing && path.includes(REPLACEMENT)) errors.push({ path, message: NOT_UTF8 });
  else if (!missing || path === '') errors.push({ path, message: errorText(error) });
}
