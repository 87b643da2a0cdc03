import { loadIoc, type LoadedIoc } from '../load-ioc.js';
import { allAreas } from '../areas/areas.js';
import { claimPorts } from '../config/claim-ports.js';
import type { Config } from '../config/config.js';
import { requestedEndpoints } from '../config/epics-environment.js';
import { createLog } from '../log/create-log.js';
import { SLOT_KINDS } from '../slots/kinds.js';

/** Loads everything that `run` would load and checks it; nothing listens and nothing is started. */
export async function loadForInspection(config: Config): Promise<LoadedIoc> {
  const log = createLog({ ...config.log, level: 'warn' });
  requestedEndpoints(config, process.env);
  // Loading QSRV binds its ports already: they must not be those of an IOC that runs.
  const elsewhere = await claimPorts({ interfaces: ['127.0.0.1'], caPort: 0, pvaPort: 0, pvaBroadcastPort: 0 });
  return loadIoc(config, allAreas(SLOT_KINDS, config.slots), elsewhere, log);
}
