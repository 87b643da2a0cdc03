import { DmError, errorText } from 'dm';
import { StartupError } from '../errors.js';
import { lineTransport } from '../log/line-transport.js';

const STDERR = 2;

function hasCode(error: Error): error is Error & { readonly code: string } {
  return 'code' in error && typeof error.code === 'string';
}

/**
 * Says on stderr in one line why the program ends; a defect of the program itself with its stack. A stderr that nobody reads
 * keeps it from nothing.
 * @returns the exit code
 */
export function reportFailure(error: unknown): number {
  const isExpected =
    error instanceof StartupError || error instanceof DmError || (error instanceof Error && hasCode(error));
  const text = isExpected
    ? error.message.trim().replaceAll(/\s*\n\s*/gu, '; ')
    : ((error instanceof Error ? error.stack : undefined) ?? errorText(error));
  lineTransport(STDERR).writeNow(`dm-ioc: ${text}\n`);
  return 1;
}
