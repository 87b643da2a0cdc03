import { readdir } from 'node:fs/promises';
import { errorText } from 'dm';
import { loadConfig, type ConfigOptions } from '../config/load-config.js';
import { backendOf, restOptions } from '../create-data-management.js';
import { StartupError } from '../errors.js';
import { loadForInspection } from './load-for-inspection.js';

/** `dm-ioc check`: also beside a running IOC, because the engine is not opened. */
export async function check(options: ConfigOptions): Promise<void> {
  const config = loadConfig(options.config, options.set);
  const { bindings } = await loadForInspection(config);
  const backend = await backendOf(config);
  if (backend === 'rest') {
    const { parseRestOptions } = await import('dm/rest');
    parseRestOptions(await restOptions(config));
  } else {
    await checkWorkflows(config.dm.local.workflows);
  }
  process.stdout.write(
    `configuration good: ${bindings.length} records of DTYP "dm" on prefix ${config.prefix}, backend ${backend}\n`,
  );
}

async function checkWorkflows(directory: string): Promise<void> {
  await readdir(directory).catch((error: unknown) => {
    const reason = errorText(error);
    throw new StartupError('CONFIG_INVALID', `dm.local.workflows: the folder ${directory} can't be read: ${reason}`, {
      cause: error,
    });
  });
}
