import { mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorText } from 'dm';
import { StartupError } from '../errors.js';

function nearestThere(directory: string): string {
  try {
    statSync(directory);
    return directory;
  } catch (error) {
    const above = dirname(directory);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === directory) throw error;
    return nearestThere(above);
  }
}

/**
 * Whether a directory can be written, or made: what it takes to find out is removed again.
 * @param key of the configuration that names it
 * @throws StartupError CONFIG_INVALID
 */
export function checkDirectory(key: string, directory: string): void {
  try {
    // Who may write is not all: nobody, root neither, makes a directory in /proc or on a full disk.
    rmdirSync(mkdtempSync(join(nearestThere(directory), '.dm-ioc-check-')));
  } catch (error) {
    throw new StartupError(
      'CONFIG_INVALID',
      `${key}: ${directory} can't be written: ${errorText(error)}; name a directory that can`,
      { cause: error },
    );
  }
}
