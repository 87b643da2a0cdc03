import { addressesOf, type Area } from '../../registry/area.js';
import { EXPERIMENT_CALLS } from './experiment-calls.js';
import { EXPERIMENT_SIGNALS } from './experiment-signals.js';
import { EXPERIMENT_TABLE } from './experiment-table.js';

/** The experiment that commands work for, and those that DM has. */
export const experimentArea: Area = {
  addresses: [addressesOf('experiment', EXPERIMENT_SIGNALS)],
  databases: [{ file: 'experiment.db' }],
  tables: [EXPERIMENT_TABLE],
  calls: EXPERIMENT_CALLS,
  lists: [
    {
      what: 'experiments',
      load: async ({ experiments }) => ({ type: 'experiments', experiments: await experiments.list() }),
    },
  ],
  changes: {
    experiment: (experiment) => ({ type: 'experiments', experiments: [experiment] }),
    experimentRemoved: (name) => ({ type: 'experimentRemoved', name }),
  },
};
