import { LocalDataManagement } from 'dm';
import { guardExit } from 'node-epics-ca';
import { startApplication, type Application } from '../application.js';
import type { Config } from '../config/config.js';
import { loadConfig, type ConfigOptions } from '../config/load-config.js';
import { createLog } from '../log/create-log.js';
import { LineOutput } from '../log/line-output.js';
import { linePattern } from '../log/line-pattern.js';
import { lineTransport } from '../log/line-transport.js';
import { logDefect } from '../log/log-defect.js';
import { VERSION } from '../version.js';
import { surviveClosedTerminals } from './closed-terminal.js';
import { untilSignal } from './process-signals.js';
import { reportFailure } from './report-failure.js';
import { STOP_WITH_JOBS, STOPPED_WITH_JOBS } from './stop.js';

const STDOUT = 1;
const STDERR = 2;
/** By then the process has ended, whatever hangs; JavaScript tries it before native code does. */
const CLOSE_LIMIT_MS = 15_000;
const OWN_CLOSE_LIMIT_MS = 12_000;
const FLUSH_LIMIT_MS = 500;

export interface RunOptions extends ConfigOptions {
  readonly shell?: boolean;
}

/** What the last line on stdout and the log say of it. */
function summaryOf(application: Application, config: Config): Readonly<Record<string, string | number>> {
  const { caPort, pvaPort, pvaBroadcastPort, interfaces } = application.endpoints;
  return {
    prefix: config.prefix,
    pvs: application.bindings.length,
    backend: application.dm.backend,
    interfaces: interfaces.join(' '),
    caPort,
    pvaPort,
    pvaBroadcastPort,
    startedMs: Math.round(performance.now()),
  };
}

/** `dm-ioc run`: serves until a signal, or until the shell ends. */
export async function run(options: RunOptions): Promise<void> {
  const config = loadConfig(options.config, options.set);
  surviveClosedTerminals();
  const output = new LineOutput(STDERR);
  process.once('exit', () => {
    output.flushNow();
  });
  const log = createLog(config.log, output);
  const stopped = untilSignal(log);
  guardExit({
    signals: ['SIGTERM', 'SIGINT', STOP_WITH_JOBS],
    limitMs: CLOSE_LIMIT_MS,
    line: linePattern(config.log.format, 'not stopped in time: ended by force'),
  });
  process.removeAllListeners('warning').on('warning', ({ name, message }) => {
    log.warn({ warning: name }, message);
  });
  const application = await startApplication(config, log).catch((error: unknown) =>
    // What is open by now would keep the process.
    process.exit(reportFailure(error)),
  );
  output.startQueue();
  process.on('uncaughtException', (error) => {
    logDefect(log, error);
  });
  const summary = summaryOf(application, config);
  log.info(summary, 'serving');
  const { interfaces, caPort, pvaPort, pvaBroadcastPort } = summary;
  lineTransport(STDOUT).writeNow(
    `dm-ioc ${VERSION} serves ${config.prefix} on ${interfaces}, CA port ${caPort}, PVA port ${pvaPort} (search ${pvaBroadcastPort})\n`,
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
  }, OWN_CLOSE_LIMIT_MS);
  const { dm } = application;
  if (reason === STOP_WITH_JOBS && dm instanceof LocalDataManagement) await dm.endJobs(STOPPED_WITH_JOBS);
  await application.close();
  clearTimeout(deadline);
  clearInterval(keepAlive);
  log.info('stopped');
  await output.flush(FLUSH_LIMIT_MS);
  // A shell that still reads standard input would hold the process.
  process.exit(0);
}
