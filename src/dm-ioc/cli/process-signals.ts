import type { Logger } from 'pino';
import { STOP_WITH_JOBS } from './stop.js';

/**
 * Resolves at the first SIGTERM, SIGINT or `STOP_WITH_JOBS`. A second Ctrl-C ends the process at once; a second SIGTERM does not, because
 * one `kill` reaches a program under make or a supervisor more than once. SIGHUP, which comes when a terminal is closed, is
 * ignored as by any IOC; and so is SIGUSR1, by which Node would open its debugger to everybody on this host.
 */
export function untilSignal(log: Logger): Promise<NodeJS.Signals> {
  for (const signal of ['SIGHUP', 'SIGUSR1'] as const) {
    process.on(signal, () => {
      log.info({ signal }, 'signal ignored');
    });
  }
  return new Promise((resolve) => {
    process.on('SIGTERM', resolve);
    process.on(STOP_WITH_JOBS, resolve);
    process.on('SIGINT', () => {
      process.once('SIGINT', () => process.exit(1));
      resolve('SIGINT');
    });
  });
}
