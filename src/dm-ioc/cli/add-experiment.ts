import { checked, type DataManagement, errorText, type NewExperiment, newExperimentSchema } from 'dm';
import { PvaClient, PvaError } from 'epics-pva-ts';
import type { Config } from '../config/config.js';
import { loadConfig, type ConfigOptions } from '../config/load-config.js';
import { backendOf, createDataManagement } from '../create-data-management.js';
import { StartupError } from '../errors.js';
import { createLog } from '../log/create-log.js';
import { clientEnvironment } from './client-environment.js';

export interface AddExperimentOptions extends ConfigOptions {
  readonly type?: string;
  readonly description?: string;
  readonly user: readonly string[];
}

/** `dm-ioc experiment add NAME` */
export async function addExperiment(name: string, options: AddExperimentOptions): Promise<void> {
  const config = loadConfig(options.config, options.set);
  const { type: typeName, description, user: users } = options;
  const wanted = checked(`experiment ${name}:`, newExperimentSchema, { name, typeName, description, users });
  const { experiment, by } = await add(config, wanted);
  process.stdout.write(`experiment ${experiment.name} made${by}: ${experiment.dataDirectory ?? ''}\n`);
}

interface Added {
  readonly experiment: { readonly name: string; readonly dataDirectory?: string | undefined };
  readonly by: string;
}

/** The engine belongs to the IOC while that runs: then the IOC is asked. */
async function add(config: Config, wanted: NewExperiment): Promise<Added> {
  let dm: DataManagement;
  try {
    dm = await createDataManagement(config, createLog({ ...config.log, level: 'warn' }));
    await dm.start();
  } catch (error) {
    if ((await backendOf(config)) === 'rest') throw error;
    const { settings, place } = clientEnvironment('PVA', config);
    const experiment = await addByIoc(config, wanted, settings);
    if (experiment === null)
      throw new StartupError('ENGINE_UNAVAILABLE', textOf(error, config, place), { cause: error });
    return { experiment, by: ' by the running IOC' };
  }
  try {
    return { experiment: await dm.experiments.add(wanted), by: '' };
  } finally {
    await dm.close();
  }
}

function textOf(error: unknown, { prefix }: Config, place: string): string {
  const reason = errorText(error).trim().replace(/\.$/u, '');
  return `${reason}; and no IOC of prefix ${prefix} answers (${place})`;
}

/** null: no IOC of this prefix answers. */
async function addByIoc(
  { prefix }: Config,
  wanted: NewExperiment,
  environment: Readonly<Record<string, string>>,
): Promise<Added['experiment'] | null> {
  const { name, typeName, description, users } = wanted;
  const client = new PvaClient({ environment });
  try {
    const given = { name, type: typeName, description, users: users?.join(',') };
    const defined = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const { fields } = await client.rpc(`${prefix}rpc:addExperiment`, Object.fromEntries(defined), { timeoutMs: 3000 });
    return { name, dataDirectory: String(fields['dataDirectory']) };
  } catch (error) {
    if (error instanceof PvaError && error.code === 'PVA_TIMEOUT') return null;
    throw error;
  } finally {
    client.close();
  }
}
