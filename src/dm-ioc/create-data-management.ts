import {
  createLocalDataManagement,
  DmObjectAlreadyExistsError,
  hasDmServices,
  readDmSetupFile,
  restOptionsFromEnvironment,
  type DataManagement,
  type LocalOptions,
} from 'dm';
import type { RestOptionsInput } from 'dm/rest';
import type { Logger } from 'pino';
import type { Config } from './config/config.js';

/** DM's own variables: those of its set-up file, when one is configured, and of this process. */
async function dmEnvironment({ dm }: Config): ReturnType<typeof readDmSetupFile> {
  return dm.setupFile === undefined ? process.env : readDmSetupFile(dm.setupFile);
}

/** Options of the web services: the configuration over DM's own variables. @throws DmError DM_CONFIGURATION */
export async function restOptions(config: Config): Promise<RestOptionsInput> {
  return { ...restOptionsFromEnvironment(await dmEnvironment(config)), ...config.dm.rest } as RestOptionsInput;
}

/** Options of the local engine. */
export function localOptions({ dm: { local } }: Config, log: Logger): LocalOptions {
  return {
    root: local.root,
    workflowsDirectory: local.workflows,
    station: local.station,
    owner: local.owner,
    maxJobs: local.maxJobs,
    jobTimeoutS: local.jobTimeoutS,
    stageTimeoutS: local.stageTimeoutS,
    historyMaxAgeDays: local.historyMaxAgeDays,
    log,
  };
}

/** Which engine the configuration asks for. @throws DmError DM_CONFIGURATION when DM's set-up file can't be read */
export async function backendOf(config: Config): Promise<'local' | 'rest'> {
  const { backend } = config.dm;
  return backend === 'rest' || (backend === 'auto' && hasDmServices(await dmEnvironment(config))) ? 'rest' : 'local';
}

/**
 * The engine that the configuration asks for; not started. The web services' code is loaded only when they are asked for.
 * @param environment of the processes of jobs that run here
 * @throws DmError DM_CONFIGURATION
 */
export async function createDataManagement(
  config: Config,
  log: Logger,
  environment?: NodeJS.ProcessEnv,
): Promise<DataManagement> {
  if ((await backendOf(config)) === 'rest') {
    const { RestDataManagement } = await import('dm/rest');
    return new RestDataManagement(await restOptions(config), log);
  }
  return createLocalDataManagement({ ...localOptions(config, log), environment });
}

/** Makes the experiments of the configuration that the local engine doesn't have yet. */
export async function addConfiguredExperiments(
  dm: DataManagement,
  names: readonly string[],
  log: Logger,
): Promise<void> {
  if (dm.backend !== 'local') return;
  for (const name of names) {
    try {
      await dm.experiments.add({ name });
      log.info({ experiment: name }, 'experiment made');
    } catch (error) {
      if (!(error instanceof DmObjectAlreadyExistsError)) throw error;
    }
  }
}
