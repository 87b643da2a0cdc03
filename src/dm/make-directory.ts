import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and the missing ones above it, one level at a time. `mkdirSync` with `recursive` of Node 20 never returns where a
 * file system answers ENOENT to the making of a directory in one that exists, as /proc does.
 * @throws the system's error for the level that can't be made
 */
export function makeDirectory(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !isDirectory(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  for (const directory of missing) {
    try {
      mkdirSync(directory);
    } catch (error) {
      // Somebody else has made it meanwhile.
      if (!isDirectory(directory)) throw error;
    }
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
