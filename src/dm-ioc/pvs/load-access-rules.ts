import { existsSync } from 'node:fs';
import { errorText } from 'dm';
import type { Ioc } from 'node-epics-ca';
import type { Config } from '../config/config.js';
import { StartupError } from '../errors.js';

/**
 * Loads the rules of access security, when all records are loaded.
 * @returns what will be regretted
 * @throws StartupError ACCESS_FILE that names the file, what is wrong, and the remedy
 */
export function loadAccessRules(
  ioc: Pick<Ioc, 'setAccessSecurity' | 'recordsWithoutRules' | 'unknownHosts'>,
  { access: { file }, prefix }: Config,
): string[] {
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
  if (missing.length === 0) return ioc.unknownHosts().map((host) => unknownHost(file, host));
  const groups = missing.map(({ group, record }) => `ASG(${group}), the group of ${record}`).join('; ');
  throw new StartupError(
    'ACCESS_FILE',
    `access.file: ${file} has no rules for ${groups}: add it, or change the field ASG of the records`,
  );
}

function unknownHost(file: string, host: string): string {
  return `access.file: ${file} names the host ${host}, which can't be looked up: nobody counts as there; correct the name, or give its address`;
}
