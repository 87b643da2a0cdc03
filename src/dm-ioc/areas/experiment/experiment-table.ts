import type { Experiment } from 'dm';
import { rowTable } from '../../registry/row-table.js';
import { KEPT } from '../../state/collection.js';
import type { State } from '../../state/state.js';

/** `Experiment:Table` */
export const EXPERIMENT_TABLE = rowTable<State, Experiment>({
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
