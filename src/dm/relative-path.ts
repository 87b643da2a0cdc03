import { posix } from 'node:path';
import { DmInvalidArgumentError } from '../errors.js';

/**
 * Check a path that must stay inside a directory, and return it normalised, without a leading or trailing slash ('' for the directory itself).
 * @param field the name to blame in the message
 * @throws DmInvalidArgumentError for an absolute path, a `..`, a NUL
 */
export function relativePath(path: string, field: string): string {
  if (path.includes('\0')) throw new DmInvalidArgumentError(`${field} contains a NUL character.`);
  if (posix.isAbsolute(path)) {
    throw new DmInvalidArgumentError(`${field} "${path}" is absolute; give it relative to the experiment.`);
  }
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) {
    throw new DmInvalidArgumentError(`${field} "${path}" leaves its directory; ".." is not allowed.`);
  }
  return segments.join('/');
}
