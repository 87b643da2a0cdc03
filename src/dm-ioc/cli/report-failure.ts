import { errorText } from 'dm';
import { isCoded } from '../coded-error.js';
import { lineTransport } from '../log/line-transport.js';
import { printableText } from '../printable-text.js';

const STDERR = 2;

/**
 * Says on stderr in one line why the program ends; a defect of the program itself with its stack. A stderr that nobody reads
 * keeps it from nothing.
 * @returns the exit code
 */
export function reportFailure(error: unknown): number {
  const text = isCoded(error)
    ? error.message.trim().replaceAll(/\s*\n\s*/gu, '; ')
    : ((error instanceof Error ? error.stack : undefined) ?? errorText(error));
  lineTransport(STDERR).writeNow(`dm-ioc: ${printableText(text, '\n')}\n`);
  return 1;
}
