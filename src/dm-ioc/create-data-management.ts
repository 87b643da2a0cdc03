import { readFile } from 'node:fs/promises';
import {
  createLocalDataManagement,
  DmError,
  DmObjectAlreadyExistsError,
  hasDmServices,
  readDmSetupFile,
  readLoginFile,
  restOptionsFromEnvironment,
  type DataManagement,
  type LocalOptions,
} from 'dm';
import type { RestOptionsInput } from 'dm/rest';
import type { DmServer } from 'dm/server';
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
 * @throws DmError DM_CONFIGURATION
 */
export async function createDataManagement(config: Config, log: Logger): Promise<DataManagement> {
  if ((await backendOf(config)) === 'rest') {
    const { RestDataManagement } = await import('dm/rest');
    return new RestDataManagement(await restOptions(config), log);
  }
  return createLocalDataManagement(localOptions(config, log));
}

/** Serves the local engine over DM's protocol when the configuration asks for it. @throws DmError DM_CONFIGURATION */
export async function serveDataManagement(dm: DataManagement, config: Config, log: Logger): Promise<DmServer | null> {
  const { enabled, host, port, loginFile, certificate, key } = config.dm.local.serve;
  if (!enabled || dm.backend !== 'local') return null;
  if (loginFile === undefined) {
    throw new DmError(
      'DM_CONFIGURATION',
      'dm.local.serve.loginFile: name a file whose first line is username|password',
    );
  }
  if ((certificate === undefined) !== (key === undefined)) {
    throw new DmError('DM_CONFIGURATION', 'dm.local.serve: certificate and key go together');
  }
  const tls =
    certificate === undefined || key === undefined
      ? null
      : { cert: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') };
  const users = [await readLoginFile(loginFile)];
  const { createDmServer } = await import('dm/server');
  const ports =
    typeof port === 'number'
      ? port
      : { DS: port.ds, DAQ: port.daq, CAT: port.cat, PROC: port.proc, APS_DB: port.apsDb };
  const server = await createDmServer(dm, { host, ports, tls, users, logger: log });
  if (typeof port === 'number') log.info({ url: server.urls.DS }, "serving DM's protocol");
  else log.info({ urls: server.urls }, "serving DM's protocol");
  return server;
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
