import { realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { overlap } from '../../directories.js';
import { DmInvalidArgumentError, DmObjectNotFoundError } from '../../errors.js';

/**
 * The real path of a data directory that is to be read.
 * @param storage real path of the engine's storage, which may not overlap with the source
 * @throws DmInvalidArgumentError, DmObjectNotFoundError
 */
export async function sourceDirectory(dataDirectory: string, storage: string, inPlace: boolean): Promise<string> {
  if (!isAbsolute(dataDirectory)) {
    throw new DmInvalidArgumentError(
      /^@|^\w+:\/\//u.test(dataDirectory)
        ? `Data directory ${dataDirectory} is on another machine; the local engine takes an absolute path of this machine, the rest backend takes such addresses.`
        : `Data directory "${dataDirectory}" is not an absolute path.`,
    );
  }
  const real = await realpath(dataDirectory).catch((error: unknown) => {
    throw new DmObjectNotFoundError(`Data directory ${dataDirectory} does not exist.`, { cause: error });
  });
  if (!(await stat(real)).isDirectory()) {
    throw new DmInvalidArgumentError(`Data directory ${dataDirectory} is not a directory.`);
  }
  if (!inPlace && overlap(real, storage)) {
    throw new DmInvalidArgumentError(
      `Data directory ${dataDirectory} overlaps the storage ${storage}; it would be copied onto itself.`,
    );
  }
  return real;
}
