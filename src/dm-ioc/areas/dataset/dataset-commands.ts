import { errorText, parseExactJson } from 'dm';
import type { Command } from '../../commands/command.js';
import { requireExperiment, requireGoodInputs, requireText } from '../../commands/requirements.js';

/** Upload: adds the metadata to DM under the dataset's name. */
export const uploadDataset: Command = async (context) => {
  const { dm, store, signal } = context;
  store.dispatch({ type: 'datasetStatus', status: 'running', error: '' });
  try {
    const { name: experimentName } = requireExperiment(context);
    requireGoodInputs(store.state.dataset);
    const datasetName = requireText(store.state.dataset.inputs.name, 'Dataset:Name');
    const metadata = parseExactJson(store.state.dataset.inputs.metadata) as Record<string, unknown>;
    await dm.catalog.addDataset({ ...metadata, experimentName, datasetName }, { signal });
    store.dispatch({ type: 'datasetStatus', status: 'done', error: '' });
  } catch (error) {
    const reason = errorText(error);
    store.dispatch({ type: 'datasetStatus', status: 'failed', error: reason });
    throw error;
  }
};
