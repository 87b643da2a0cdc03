import { readFile } from 'node:fs/promises';
import { DmError } from '../errors.js';

/** A user as DM's services know it. The password never leaves this object but in a login form. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Reads DM's login file: the first line is `username|password`, the password may hold further `|`.
 * @throws DmError DM_CONFIGURATION that names the file and never its content
 */
export async function readLoginFile(path: string): Promise<Credentials> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).replace(/^\uFEFF/u, '');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new DmError('DM_CONFIGURATION', `The login file ${path} can't be read (${reason}). Check its path and mode.`);
  }
  const match = /^([^|\s][^|]*)\|(.+)$/u.exec(text.split(/\r?\n/u, 1)[0] ?? '');
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new DmError('DM_CONFIGURATION', `The first line of the login file ${path} is not username|password.`);
  }
  return { username: match[1].trim(), password: match[2] };
}
