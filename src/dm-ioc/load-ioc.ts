import { dirname } from 'node:path';
import { Ioc } from 'node-epics-ca';
import type { Logger } from 'pino';
import type { Config } from './config/config.js';
import { epicsEnvironment, type Endpoints } from './config/epics-environment.js';
import { logDefect } from './log/log-defect.js';
import { bindRecords } from './pvs/bind-records.js';
import type { Binding } from './pvs/binding.js';
import { loadAccessRules } from './pvs/load-access-rules.js';
import { DEFINITIONS, DEVICE_TYPE, loadDatabases, readSiteStartup, runSiteLines } from './pvs/load-databases.js';
import type { Area } from './registry/area.js';

/** What the site's iocsh lines know: prefix, working directory, and the folder that they are in. */
export function siteVariables({ prefix, site }: Config): Record<string, string> {
  return { P: prefix, TOP: process.cwd(), SITE: dirname(site.startup ?? process.cwd()) };
}

/** EPICS with all records loaded and every address checked, but not started. */
export interface LoadedIoc {
  readonly ioc: Ioc;
  readonly bindings: readonly Binding[];
  readonly afterInit: readonly string[];
  /** What the IOC starts with, and users will miss. */
  readonly regrets: readonly string[];
}

/** Loads what the IOC would serve. @throws StartupError, IocError with one line that names file and remedy */
export async function loadIoc(
  config: Config,
  areas: readonly Area[],
  endpoints: Endpoints,
  log: Logger,
): Promise<LoadedIoc> {
  const startup = readSiteStartup(config.site.startup);
  const site = siteVariables(config);
  const ioc = new Ioc({
    definitions: DEFINITIONS,
    deviceType: DEVICE_TYPE,
    environment: { ...site, ...epicsEnvironment(endpoints, process.env) },
    onMessage: (line) => {
      log.info({ epics: line }, 'EPICS');
    },
    onError: (error) => {
      logDefect(log, error);
    },
  });
  loadDatabases(ioc, areas, config);
  await runSiteLines(ioc, config.site.startup ?? '', startup.before, site);
  const regrets = loadAccessRules(ioc, config);
  return { ioc, bindings: bindRecords(ioc.deviceRecords(), areas), afterInit: startup.after, regrets };
}
