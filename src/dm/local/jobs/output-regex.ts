import { errorText } from '../../error-text.js';
import { DmInvalidArgumentError } from '../../errors.js';
import { PythonRegex } from '../python-regex/python-regex.js';
import { reservedReason } from './job-variables.js';

/**
 * A regular expression of `outputVariableRegexList`, which is Python's. To search with it may take for ever: see `OutputVariables`.
 * @throws DmInvalidArgumentError for a wrong expression, none with a name, or a name that is reserved
 */
export function outputRegex(python: string): PythonRegex {
  let regex: PythonRegex;
  try {
    regex = new PythonRegex(python);
  } catch (error) {
    throw new DmInvalidArgumentError(`Regular expression ${python} is wrong: ${errorText(error)}.`, { cause: error });
  }
  if (regex.groupNames.length === 0)
    throw new DmInvalidArgumentError(`Regular expression ${python} has no named group (?P<name>…).`);
  for (const name of regex.groupNames) {
    const reason = reservedReason(name);
    if (reason !== undefined) throw new DmInvalidArgumentError(`Regular expression ${python}: ${reason}.`);
  }
  return regex;
}
