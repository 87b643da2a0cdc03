import { exactJsonText } from 'dm';
import { z } from 'zod';
import { jsonArgument, namedExperiment, nameArgument, remoteCall } from '../../commands/remote-call.js';
import { addressesOf, type Area } from '../../registry/area.js';
import { readingsOf } from '../../registry/readings.js';
import { Setpoints } from '../../registry/setpoints.js';
import { command, type Signals } from '../../registry/signal.js';
import type { DatasetState } from '../../state/state.js';
import { uploadDataset } from './dataset-commands.js';

const setpoint = new Setpoints<DatasetState>();
const { status } = readingsOf<DatasetState>('CAT');

/** Addresses `@dataset.…` */
const DATASET_SIGNALS: Signals<DatasetState> = {
  name: setpoint.name('name', 'Name of the dataset'),
  metadata: setpoint.json('metadata', 'Metadata, a JSON object', 32_000),
  upload: command('Add the dataset to DM', uploadDataset),
  status: status('Status of the upload', (dataset) => ({ ...dataset, warning: '' })),
};

const addDataset = remoteCall(
  {
    name: 'addDataset',
    description: 'name, experiment?, metadata? (JSON)',
    schema: z.strictObject({
      name: nameArgument,
      experiment: nameArgument.optional(),
      metadata: jsonArgument.optional(),
    }),
    result: { name: 'string', json: 'string' },
  },
  async ({ name: datasetName, experiment, metadata }, context) => {
    const { dm, signal } = context;
    const experimentName = namedExperiment(experiment, context);
    const dataset = await dm.catalog.addDataset({ ...metadata, experimentName, datasetName }, { signal });
    return { name: dataset.datasetName, json: exactJsonText(dataset) };
  },
);

/** Metadata in DM's catalogue under a name. */
export const datasetArea: Area = {
  addresses: [addressesOf('dataset', DATASET_SIGNALS)],
  databases: [{ file: 'dataset.db' }],
  calls: [addDataset],
};
