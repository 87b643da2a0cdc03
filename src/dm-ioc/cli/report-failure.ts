import { DmError } from 'dm';
import { StartupError } from '../errors.js';

function hasCode(error: Error): error is Error & { readonly code: string } {
  return 'code' in error && typeof error.code === 'string';
}

/** Says on stderr in one line why the program ends; a defect of the program itself with its stack. @returns the exit code */
export function reportFailure(error: unknown): number {
  const isExpected =
    error instanceof StartupError || error instanceof DmError || (error instanceof Error && hasCode(error));
  if (isExpected) process.stderr.write(`dm-ioc: ${error.message.trim().replaceAll(/\s*\n\s*/gu, '; ')}\n`);
  else process.stderr.write(`dm-ioc: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
