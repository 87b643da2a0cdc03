import { endLeftJobs, engineProcess, type EngineProcess } from 'dm';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig, type ConfigOptions } from '../config/load-config.js';
import { backendOf, localOptions } from '../create-data-management.js';
import { StartupError } from '../errors.js';
import { createLog } from '../log/create-log.js';

/** Asks a running IOC to end its jobs and itself; SIGTERM leaves the jobs running. */
export const STOP_WITH_JOBS: NodeJS.Signals = 'SIGUSR2';
/** The errorMessage of jobs that were ended so. */
export const STOPPED_WITH_JOBS = 'The IOC was stopped together with its jobs (dm-ioc stop --jobs).';

const LIMIT_MS = 30_000;
const POLL_MS = 20;

export interface StopOptions extends ConfigOptions {
  readonly jobs?: boolean;
}

/** `dm-ioc stop`: the IOC is found by the root of its local engine. */
export async function stop(options: StopOptions): Promise<void> {
  const config = loadConfig(options.config, options.set);
  const { root } = config.dm.local;
  if ((await backendOf(config)) === 'rest') {
    throw new StartupError(
      'NOT_STOPPED',
      'dm.backend is rest: an IOC is found by the root of its local engine only; stop it by its supervisor, or by SIGTERM',
    );
  }
  const running = engineProcess(root);
  const withJobs = options.jobs === true;
  if (running !== undefined) {
    process.kill(running.pid, withJobs ? STOP_WITH_JOBS : 'SIGTERM');
    await untilGone(running);
    process.stdout.write(
      `the IOC of ${root} (process ${running.pid}) has stopped${withJobs ? ' with its jobs' : '; jobs that ran go on (dm-ioc stop --jobs ends them)'}\n`,
    );
    return;
  }
  if (!withJobs) throw new StartupError('NOT_STOPPED', `no IOC uses ${root} (dm.local.root)`);
  const log = createLog({ ...config.log, level: 'warn' });
  const count = await endLeftJobs(localOptions(config, log), STOPPED_WITH_JOBS);
  process.stdout.write(`no IOC uses ${root}; ${count} jobs that one had left are ended\n`);
}

async function untilGone(running: EngineProcess): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (running.isAlive()) {
    if (performance.now() > deadline) {
      throw new StartupError(
        'NOT_STOPPED',
        `the IOC (process ${running.pid}) has not stopped within ${LIMIT_MS / 1000} s`,
      );
    }
    await delay(POLL_MS);
  }
}
