import type { Logger } from 'pino';

/** What was thrown where nobody waits for it: the program goes on. */
export function logDefect(log: Logger, error: unknown): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  log.error({ stack }, `a defect of dm-ioc, please report it: ${message}`);
}
