import { DatabaseSync } from '@photostructure/sqlite';
import { errorText, makeDirectory } from 'dm';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '../errors.js';

const LOCK_NAME = 'dm-ioc.lock';
/** What isn't referred to is collected, and its lock with it. */
const held = new Set<InstanceType<typeof DatabaseSync>>();

/**
 * Makes the directory if need be, and keeps other IOCs out of it. The lock is SQLite's on an empty file: the system itself gives it up
 * with the process, however that ends, so none is ever left behind.
 * @returns what gives the directory up
 * @throws StartupError AUTOSAVE_DIRECTORY, AUTOSAVE_IN_USE
 */
export function lockDirectory(directory: string): () => void {
  attempt(directory, 'made', () => {
    makeDirectory(directory);
  });
  const lock = attempt(directory, 'written', () => new DatabaseSync(join(directory, LOCK_NAME)));
  try {
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!/locked|busy/iu.test(errorText(error))) throw unusable(directory, 'written', error);
    throw new StartupError(
      'AUTOSAVE_IN_USE',
      `autosave directory ${directory} is in use by another IOC; give each its own autosave.directory`,
      { cause: error },
    );
  }
  held.add(lock);
  return () => {
    held.delete(lock);
    lock.close();
  };
}

/** Whether an IOC saves in the directory now. Makes nothing. */
export function isSavedElsewhere(directory: string): boolean {
  const file = join(directory, LOCK_NAME);
  if (!existsSync(file)) return false;
  let lock: InstanceType<typeof DatabaseSync> | undefined;
  try {
    lock = new DatabaseSync(file, { readOnly: true });
    lock.exec('PRAGMA busy_timeout = 0; SELECT name FROM sqlite_schema');
    return false;
  } catch (error) {
    return /locked|busy/iu.test(errorText(error));
  } finally {
    lock?.close();
  }
}

function attempt<T>(directory: string, what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw unusable(directory, what, error);
  }
}

function unusable(directory: string, what: string, error: unknown): StartupError {
  return new StartupError(
    'AUTOSAVE_DIRECTORY',
    `autosave directory ${directory} can't be ${what}: ${errorText(error)}; set autosave.directory to one that can`,
    { cause: error },
  );
}
