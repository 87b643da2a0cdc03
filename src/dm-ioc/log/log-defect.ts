import { errorText } from 'dm';
import type { Logger } from 'pino';

/** What was thrown where nobody waits for it: the program goes on. */
export function logDefect(log: Logger, error: unknown): void {
  const stack = error instanceof Error ? error.stack : undefined;
  log.error({ stack }, `a defect of dm-ioc, please report it: ${errorText(error)}`);
}
