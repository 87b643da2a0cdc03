import { DmObjectNotFoundError } from 'dm';
import type { Command } from '../../commands/command.js';
import { requireExperiment, requireGoodInputs, requireText } from '../../commands/requirements.js';
import { withTimeLimit } from '../../commands/time-limit.js';

/** What a put to File:Path does: looks the file up; a file that isn't there yet is no failure. */
export const lookUpFile: Command = async ({ dm, store, signal }) => {
  const { path } = store.state.file.inputs;
  const { selected } = store.state.experiment;
  store.dispatch({ type: 'fileFound', file: null });
  if (path === '' || selected === null) return;
  try {
    store.dispatch({ type: 'fileFound', file: await dm.catalog.getFile(selected.name, path, { signal }) });
  } catch (error) {
    if (!(error instanceof DmObjectNotFoundError)) throw error;
  }
};

/** Wait: done when the file is in the catalogue. */
export const waitForFile: Command = async (context) => {
  const { dm, store, signal } = context;
  const { name } = requireExperiment(context);
  requireGoodInputs(store.state.file);
  const { timeoutS } = store.state.file.inputs;
  const path = requireText(store.state.file.inputs.path, 'File:Path');
  const file = await withTimeLimit(signal, timeoutS, `${path} is not in DM`, (limited) =>
    dm.catalog.waitForFile(name, path, { signal: limited }),
  );
  store.dispatch({ type: 'fileFound', file });
};
