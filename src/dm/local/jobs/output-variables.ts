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

/** The variables that a process's output gives; of several expressions with the same name the last that matches counts. */
export function outputVariables(stdOut: string, regexes: readonly RegExp[]): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const regex of regexes) {
    for (const [name, value] of Object.entries(regex.exec(stdOut)?.groups ?? {})) {
      if ((value as string | undefined) !== undefined) variables[name] = value;
    }
  }
  return variables;
}
