import { errorText, exactJsonText, parseExactJson } from 'dm';
import { CommandError } from '../errors.js';

/** In JSON that was written anew: a NUL character, or half of a surrogate pair, neither of which a command or UTF-8 can have. */
const UNUSABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/u;

function refuse(message: string, cause?: unknown): never {
  throw new CommandError('SETPOINT_INVALID', message, { cause });
}

/**
 * A JSON object as it is written, with every number as it stands there; empty text is `{}`.
 * @throws CommandError SETPOINT_INVALID
 */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  if (text.includes('\uFFFD')) refuse('JSON is not UTF-8');
  let parsed: unknown;
  try {
    parsed = parseExactJson(text);
  } catch (error) {
    refuse(`not JSON: ${errorText(error).slice(0, 200)}`, error);
  }
  if (!text.trim().startsWith('{')) refuse('not a JSON object; write {"name": "value"}');
  if (UNUSABLE.test(exactJsonText(parsed))) {
    refuse('JSON with a NUL character (\\u0000) or half a character (\\ud800), which no argument can hold');
  }
  return parsed as Readonly<Record<string, unknown>>;
}
