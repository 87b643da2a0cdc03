import { DmError, type Experiment } from 'dm';
import { z } from 'zod';
import { nameArgument, remoteCall } from '../../commands/remote-call.js';
import { addressesOf, type Area } from '../../registry/area.js';
import { rowTable } from '../../registry/row-table.js';
import { KEPT } from '../../state/collection.js';
import type { State } from '../../state/state.js';
import { EXPERIMENT_SIGNALS } from './experiment-signals.js';

/** `Experiment:Table` */
const EXPERIMENT_TABLE = rowTable<State, Experiment>({
  name: 'Experiment:Table',
  descriptor: 'Experiments of the station, newest first',
  of: ({ experiments }) => experiments,
  rows: ({ experiments }) => [...experiments.values()].sort((a, b) => b.id - a.id).slice(0, KEPT),
  columns: {
    name: { type: 'string', label: 'Name', of: (row) => row.name },
    id: { type: 'int32', label: 'Id', of: (row) => row.id },
    type: { type: 'string', label: 'Type', of: (row) => row.experimentType?.name ?? '' },
    startDate: { type: 'string', label: 'Start', of: (row) => row.startDate ?? '' },
    endDate: { type: 'string', label: 'End', of: (row) => row.endDate ?? '' },
    description: { type: 'string', label: 'Description', of: (row) => row.description ?? '' },
  },
});

const addExperiment = remoteCall(
  {
    name: 'addExperiment',
    description: 'name, type?, description?, users? (by comma); local engine only',
    schema: z.strictObject({
      name: nameArgument,
      type: nameArgument.optional(),
      description: z.string().optional(),
      users: z.string().optional(),
    }),
    result: { name: 'string', dataDirectory: 'string', json: 'string' },
  },
  async ({ name, type, description, users }, { dm, store, signal }) => {
    if (dm.backend !== 'local') throw new DmError('DM_AUTHORIZATION', 'experiments of DM are made by DM staff');
    const userNames = users?.split(',').map((user) => user.trim());
    const wanted = { name, typeName: type, description, users: userNames?.filter((user) => user !== '') };
    const experiment = await dm.experiments.add(wanted, { signal });
    store.dispatch({ type: 'experiments', experiments: [experiment] });
    return { name: experiment.name, dataDirectory: experiment.dataDirectory ?? '', json: JSON.stringify(experiment) };
  },
);

/** The experiment that commands work for, and those that DM has. */
export const experimentArea: Area = {
  addresses: [addressesOf('experiment', EXPERIMENT_SIGNALS)],
  databases: [{ file: 'experiment.db' }],
  tables: [EXPERIMENT_TABLE],
  calls: [addExperiment],
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
