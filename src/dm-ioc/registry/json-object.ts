import { errorText, parseExactJson } from 'dm';
import { CommandError } from '../errors.js';

/** The escape of a NUL character, unless its backslash is one itself. */
const NUL_ESCAPE = /(?<!\\)(?:\\\\)*\\u0000/u;

function refuse(message: string, cause?: unknown): never {
  throw new CommandError('SETPOINT_INVALID', message, { cause });
}

/**
 * A JSON object as it is written, with every number as it stands there; empty text is `{}`.
 * @throws CommandError SETPOINT_INVALID
 */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  if (NUL_ESCAPE.test(text)) refuse('JSON with a NUL character, \\u0000, which no argument can hold');
  let parsed: unknown;
  try {
    parsed = parseExactJson(text);
  } catch (error) {
    refuse(`not JSON: ${errorText(error).slice(0, 200)}`, error);
  }
  if (!text.trim().startsWith('{')) refuse('not a JSON object; write {"name": "value"}');
  return parsed as Readonly<Record<string, unknown>>;
}
