import { posix } from 'node:path';
import { parseExactJson, type JobArguments } from 'dm';
import { CommandError } from '../errors.js';
import type { Store } from '../state/store.js';

/**
 * FilePath as workflows need it: commands run in any directory, so a path relative to the experiment's data directory becomes
 * absolute. A workflow that wants a bare name gets it through Args, which pass as they are.
 */
function inputPath(filePath: string, dataDirectory: string | undefined): string {
  const isComplete = filePath.startsWith('/') || filePath.startsWith('@') || filePath.includes('://');
  return isComplete || dataDirectory === undefined ? filePath : posix.join(dataDirectory, filePath);
}

/**
 * Args, the selected experiment unless they name another, and FilePath, as DM's flat dictionary.
 * @throws CommandError SETPOINT_INVALID when Args name another file than FilePath: one would be left out silently
 */
export function jobArguments({
  slot: { inputs },
  store,
}: {
  readonly slot: { readonly inputs: { readonly args: string; readonly filePath: string } };
  readonly store: Store;
}): JobArguments {
  const { selected } = store.state.experiment;
  const args = parseExactJson(inputs.args === '' ? '{}' : inputs.args) as JobArguments;
  const common = { ...(selected === null ? {} : { experimentName: selected.name }), ...args };
  if (inputs.filePath === '') return common;
  const filePath = inputPath(inputs.filePath, selected?.dataDirectory);
  if (![undefined, null, '', inputs.filePath, filePath].includes(args['filePath'] as string | null | undefined)) {
    throw new CommandError(
      'SETPOINT_INVALID',
      'FilePath and Args name two files: empty FilePath, or take filePath out of Args',
    );
  }
  return { ...common, filePath };
}
