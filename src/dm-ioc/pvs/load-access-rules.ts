import { existsSync } from 'node:fs';
import { errorText } from 'dm';
import type { Ioc } from 'node-epics-ca';
import type { Config } from '../config/config.js';
import { StartupError } from '../errors.js';

/**
 * Loads the rules of access security, when all records are loaded.
 * @throws StartupError ACCESS_FILE that names the file, what is wrong, and the remedy
 */
export function loadAccessRules(
  ioc: Pick<Ioc, 'setAccessSecurity' | 'recordsWithoutRules'>,
  { access: { file }, prefix }: Config,
): void {
  if (!existsSync(file)) {
    throw new StartupError(
      'ACCESS_FILE',
      `access.file: no file ${file}; name one, or leave the key out for the one that comes with dm-ioc`,
    );
  }
  try {
    ioc.setAccessSecurity(file, { P: prefix });
  } catch (error) {
    throw new StartupError('ACCESS_FILE', `access.file: ${errorText(error)}`, { cause: error });
  }
  const missing = ioc.recordsWithoutRules();
  if (missing.length === 0) return;
  const groups = missing.map(({ group, record }) => `ASG(${group}), the group of ${record}`).join('; ');
  throw new StartupError(
    'ACCESS_FILE',
    `access.file: ${file} has no rules for ${groups}: add it, or change the field ASG of the records`,
  );
}
