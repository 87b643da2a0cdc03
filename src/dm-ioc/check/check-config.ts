import { checkWorkflowFolder, DmError, engineProcess, errorText, readLoginFile, resolveLocalOptions } from 'dm';
import { isSavedElsewhere } from '../autosave/lock-directory.js';
import { isCoded } from '../coded-error.js';
import { claimPorts } from '../config/claim-ports.js';
import type { Config } from '../config/config.js';
import { requestedEndpoints } from '../config/epics-environment.js';
import { backendOf, localOptions, restOptions } from '../create-data-management.js';
import { createLog } from '../log/create-log.js';
import { foreignOwner, serveOptions } from '../serve-data-management.js';
import { checkDirectory } from './check-directory.js';
import { checkServePorts } from './check-serve-ports.js';
import type { Finding } from './finding.js';

/** A step that finds what the IOC would refuse by failing as that would, and returns what would only be regretted. */
type Step = () => Promise<readonly string[]> | readonly string[];

async function take(step: Step): Promise<Finding[]> {
  try {
    return (await step()).map((text) => ({ kind: 'regretted', text }));
  } catch (error) {
    if (!isCoded(error)) throw error;
    return [{ kind: 'refused', text: error.message }];
  }
}

function localSteps(config: Config, isRunning: boolean): readonly Step[] {
  const { local } = config.dm;
  const { owner } = resolveLocalOptions(localOptions(config, createLog({ ...config.log, level: 'error' })));
  return [
    () => {
      checkDirectory('dm.local.root', local.root);
      return [];
    },
    async () => {
      const problems = await checkWorkflowFolder(local.workflows, owner).catch((error: unknown) => {
        throw new DmError('DM_CONFIGURATION', `dm.local.workflows: ${errorText(error)}`, { cause: error });
      });
      return problems.map((problem) => `dm.local.workflows: ${problem}`);
    },
    async () => {
      const options = await serveOptions(config);
      if (options === null) return [];
      if (!isRunning) await checkServePorts(local.serve);
      const foreign = foreignOwner(options, owner);
      return foreign === undefined ? [] : [foreign];
    },
  ];
}

function restSteps(config: Config): readonly Step[] {
  return [
    async () => {
      const { parseRestOptions, trustedCertificates } = await import('dm/rest');
      const options = parseRestOptions(await restOptions(config));
      await readLoginFile(options.loginFile).catch((error: unknown) => {
        throw new DmError('DM_CONFIGURATION', `dm.rest.loginFile: ${errorText(error)}`, { cause: error });
      });
      if (options.tls.ca !== undefined) trustedCertificates(options.tls.ca);
      return [];
    },
  ];
}

/**
 * What `run` would refuse of a configuration, or would do only in part, beside what loading the databases shows. Starts and makes nothing.
 * @returns whether an IOC of this configuration runs, whose ports are its own, and what was found
 */
export async function checkConfig(config: Config): Promise<{ isRunning: boolean; findings: readonly Finding[] }> {
  const backend = await backendOf(config);
  const isRunning =
    isSavedElsewhere(config.autosave.directory) ||
    (backend === 'local' && engineProcess(config.dm.local.root) !== undefined);
  const steps: readonly Step[] = [
    async () => {
      const endpoints = requestedEndpoints(config, process.env);
      // The interfaces must be this host's in any case.
      const ports = isRunning ? { caPort: 0, pvaPort: 0, pvaBroadcastPort: 0 } : {};
      await claimPorts({ ...endpoints, ...ports }, process.env);
      return [];
    },
    () => {
      checkDirectory('autosave.directory', config.autosave.directory);
      return [];
    },
    ...(backend === 'local' ? localSteps(config, isRunning) : restSteps(config)),
  ];
  const findings: Finding[] = [];
  for (const step of steps) findings.push(...(await take(step)));
  return { isRunning, findings };
}
