import { posix } from 'node:path';
import { isWithin } from './directories.js';
import { DmInvalidArgumentError } from './errors.js';
import { relativePath } from './relative-path.js';

const FIELD = 'experimentFilePath';

/**
 * A file of a data directory, relative to it. It may be given so, or as a detector tells it (FullFileName_RBV): absolute and inside.
 * @param names all paths of the directory, the given one first; what stands before the path (`@host:`) doesn't matter
 * @throws DmInvalidArgumentError for a file that lies elsewhere
 */
export function fileWithin(path: string, names: readonly [string, ...string[]]): string {
  const [dataDirectory] = names;
  if (!posix.isAbsolute(path)) return relativePath(path, FIELD, `the data directory ${dataDirectory}`);
  const directories = names.map((name) => posix.normalize(name.replace(/^@[^:]*:/u, '')));
  // Where `..` leads to isn't known when a link stands before it.
  const directory = path.split('/').includes('..') ? undefined : directories.find((one) => isWithin(path, one));
  if (directory === undefined) {
    const remedy = 'give a file in it, by its whole path or relative to it';
    throw new DmInvalidArgumentError(`${FIELD} "${path}" is not in the data directory ${dataDirectory}; ${remedy}.`);
  }
  return relativePath(posix.relative(directory, path), FIELD);
}
