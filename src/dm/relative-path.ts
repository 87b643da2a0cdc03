import { posix } from 'node:path';
import { DmInvalidArgumentError } from './errors.js';

/** Of one name within a path; file systems take no more. */
const MAX_NAME_BYTES = 255;

/**
 * Check a path that must stay inside a directory, and return it normalised, without a leading or trailing slash ('' for the directory itself). Blanks
 * are part of a name.
 * @param field the name to blame in the message
 * @param base what the path is relative to, for the message
 * @throws DmInvalidArgumentError for an absolute path, a `..`, a NUL, a name that no file can have
 */
export function relativePath(path: string, field: string, base = 'the experiment'): string {
  if (path.includes('\0')) throw new DmInvalidArgumentError(`${field} contains a NUL character.`);
  if (posix.isAbsolute(path)) {
    throw new DmInvalidArgumentError(`${field} "${path}" is absolute; give it relative to ${base}.`);
  }
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) {
    throw new DmInvalidArgumentError(`${field} "${path}" leaves its directory; ".." is not allowed.`);
  }
  if (segments.some((segment) => Buffer.byteLength(segment) > MAX_NAME_BYTES)) {
    throw new DmInvalidArgumentError(`${field} has a name of more than ${MAX_NAME_BYTES} bytes; shorten it.`);
  }
  return segments.join('/');
}
