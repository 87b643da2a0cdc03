import { errorText } from '../../error-text.js';
import { DmInvalidArgumentError } from '../../errors.js';
import { reservedReason } from './job-variables.js';

/**
 * A regular expression of `outputVariableRegexList`, in Python's notation, for use here.
 * @throws DmInvalidArgumentError for a wrong expression, none with a name, or a name that is reserved
 */
export function outputRegex(python: string): RegExp {
  let flags = '';
  const source = python
    .replace(/^\(\?([ims]+)\)/u, (_all, letters: string) => {
      flags = letters;
      return '';
    })
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/gu, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$');
  const names = [...source.matchAll(/\(\?<([A-Za-z_]\w*)>/gu)].map((match) => match[1] ?? '');
  if (names.length === 0)
    throw new DmInvalidArgumentError(`Regular expression ${python} has no named group (?P<name>…).`);
  for (const name of names) {
    const reason = reservedReason(name);
    if (reason !== undefined) throw new DmInvalidArgumentError(`Regular expression ${python}: ${reason}.`);
  }
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw new DmInvalidArgumentError(`Regular expression ${python} is wrong: ${errorText(error)}`, {
      cause: error,
    });
  }
}

/** What the named groups of an expression find in a text; nothing when it doesn't match. It may take for ever: see `OutputVariables`. */
export function namedGroups(regex: RegExp, text: string): Record<string, string> {
  const groups: Readonly<Record<string, string | undefined>> = regex.exec(text)?.groups ?? {};
  return Object.fromEntries(
    Object.entries(groups).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
