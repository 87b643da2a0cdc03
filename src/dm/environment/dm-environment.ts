import { readFileSync, statSync } from 'node:fs';
import { SERVICE_NAMES } from '../data-management.js';
import { errorText } from '../error-text.js';
import { DmError } from '../errors.js';
import type { RestOptionsInput } from '../rest/rest-options.js';
import { readShellVariables } from './shell-variables.js';

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_TIMEOUT_MS = 5000;

/**
 * The variables of a `dm.setup.sh`, as bash has them after sourcing it, with `environment` behind them.
 * @throws DmError DM_CONFIGURATION when the file can't be read, or not by bash; the text names line and remedy
 */
export async function readDmSetupFile(
  path: string,
  environment: Environment = process.env,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<Environment> {
  requireTextFile(path);
  return { ...environment, ...(await readShellVariables(path, environment, timeoutMs)) };
}

function requireTextFile(path: string): void {
  const refuse = (reason: string): never => {
    throw new DmError('DM_CONFIGURATION', `The DM set-up file ${path} (dm.setupFile) can't be read: ${reason}.`);
  };
  let text = '';
  try {
    if (!statSync(path).isFile()) refuse('it is no file; check its path');
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof DmError) throw error;
    refuse(`${errorText(error)}; check its path`);
  }
  const before = /^.*?(?=\r\n)/su.exec(text)?.[0];
  if (before !== undefined) refuse(`line ${before.split('\n').length} ends as on Windows; save it with Unix line ends`);
}

/** True when the environment names DM's web services, as after `source dm.setup.sh`. */
export function hasDmServices(environment: Environment = process.env): boolean {
  return SERVICE_NAMES.every((service) => isSet(environment[`DM_${service}_WEB_SERVICE_URL`]));
}

/**
 * Options of the `rest` adapter as far as DM's own variables tell them; what isn't set is left out.
 * A login file is named, never read here.
 */
export function restOptionsFromEnvironment(environment: Environment = process.env): Partial<RestOptionsInput> {
  const of = (name: string): string | undefined => (isSet(environment[name]) ? environment[name].trim() : undefined);
  const daqUrls = of('DM_DAQ_WEB_SERVICE_URL')
    ?.split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
  const options: Partial<Record<keyof RestOptionsInput, unknown>> = {
    ds: of('DM_DS_WEB_SERVICE_URL'),
    daq: daqUrls?.length === 1 ? daqUrls[0] : daqUrls,
    cat: of('DM_CAT_WEB_SERVICE_URL'),
    proc: of('DM_PROC_WEB_SERVICE_URL'),
    apsDb: of('DM_APS_DB_WEB_SERVICE_URL'),
    station: of('DM_STATION_NAME'),
    beamline: of('DM_BEAMLINE_NAME'),
    loginFile: of('DM_LOGIN_FILE'),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}
