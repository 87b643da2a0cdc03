import { posix } from 'node:path';
import { parseExactJson, type JobArguments } from 'dm';
import type { Store } from '../state/store.js';

/**
 * FilePath as workflows need it: commands run in any directory, so a path relative to the experiment's data directory becomes
 * absolute. A workflow that wants a bare name gets it through Args, which pass as they are.
 */
function inputPath(filePath: string, dataDirectory: string | undefined): string {
  const isComplete = filePath.startsWith('/') || filePath.startsWith('@') || filePath.includes('://');
  return isComplete || dataDirectory === undefined ? filePath : posix.join(dataDirectory, filePath);
}

/** Args, and over them the selected experiment and FilePath, as DM's flat dictionary. */
export function jobArguments({
  slot: { inputs },
  store,
}: {
  readonly slot: { readonly inputs: { readonly args: string; readonly filePath: string } };
  readonly store: Store;
}): JobArguments {
  const { selected } = store.state.experiment;
  const args = parseExactJson(inputs.args === '' ? '{}' : inputs.args) as JobArguments;
  return {
    ...(selected === null ? {} : { experimentName: selected.name }),
    ...args,
    ...(inputs.filePath === '' ? {} : { filePath: inputPath(inputs.filePath, selected?.dataDirectory) }),
  };
}
