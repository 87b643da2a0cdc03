import { LocalDataManagement } from 'dm';
import { startApplication } from '../application.js';
import { loadConfig } from '../config/load-config.js';
import { createLog } from '../log.js';
import { VERSION } from '../version.js';
import { reportFailure } from './report-failure.js';
import { STOP_WITH_JOBS, STOPPED_WITH_JOBS } from './stop.js';

const CLOSE_LIMIT_MS = 15_000;

export interface RunOptions {
  readonly config?: string;
  readonly set: readonly string[];
  readonly shell?: boolean;
}

/**
 * Resolves at the first SIGTERM, SIGINT or `STOP_WITH_JOBS`. A second Ctrl-C ends the process at once; a second SIGTERM does not, because
 * one `kill` reaches a program under make or a supervisor more than once.
 */
function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.on('SIGTERM', resolve);
    process.on(STOP_WITH_JOBS, resolve);
    process.on('SIGINT', () => {
      process.once('SIGINT', () => process.exit(1));
      resolve('SIGINT');
    });
  });
}

/** `dm-ioc run`: serves until a signal, or until the shell ends. */
export async function run(options: RunOptions): Promise<void> {
  const config = loadConfig(options.config, options.set);
  const log = createLog(config.log);
  const stopped = untilSignal();
  const application = await startApplication(config, log).catch((error: unknown) =>
    // What is open by now would keep the process.
    process.exit(reportFailure(error)),
  );
  const { caPort, pvaPort, pvaBroadcastPort, interfaces } = application.endpoints;
  const summary = {
    prefix: config.prefix,
    pvs: application.bindings.length,
    backend: application.dm.backend,
    interfaces: interfaces.join(' '),
    caPort,
    pvaPort,
    pvaBroadcastPort,
    startedMs: Math.round(performance.now()),
  };
  log.info(summary, 'serving');
  process.stdout.write(
    `dm-ioc ${VERSION} serves ${config.prefix} on ${interfaces.join(' ')}, CA port ${caPort}, PVA port ${pvaPort} (search ${pvaBroadcastPort})\n`,
  );
  const keepAlive = setInterval(() => undefined, 2_147_483_647);
  const reason = await Promise.race([
    stopped,
    ...(options.shell === true ? [application.ioc.shell().then(() => 'shell')] : []),
  ]);
  log.info({ reason }, 'stopping');
  const deadline = setTimeout(() => {
    log.error('not stopped in time');
    process.exit(1);
  }, CLOSE_LIMIT_MS);
  const { dm } = application;
  if (reason === STOP_WITH_JOBS && dm instanceof LocalDataManagement) await dm.endJobs(STOPPED_WITH_JOBS);
  await application.close();
  clearTimeout(deadline);
  clearInterval(keepAlive);
  log.info('stopped');
  // A shell that still reads standard input would hold the process.
  process.exit(0);
}
