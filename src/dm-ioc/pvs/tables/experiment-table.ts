import type { Experiment } from 'dm';
import { LONG_TABLE_PERIOD_MS, type RowTable } from './row-table.js';

/** `Experiment:Table` */
export const EXPERIMENT_TABLE: RowTable<Experiment> = {
  name: 'Experiment:Table',
  descriptor: 'Experiments of the station, newest first',
  slice: (state) => state.experiments,
  periodMs: LONG_TABLE_PERIOD_MS,
  rows: (state) => [...state.experiments.values()].sort((a, b) => b.id - a.id),
  columns: {
    name: { type: 'string', label: 'Name', of: (row) => row.name },
    id: { type: 'int32', label: 'Id', of: (row) => row.id },
    type: { type: 'string', label: 'Type', of: (row) => row.experimentType?.name ?? '' },
    startDate: { type: 'string', label: 'Start', of: (row) => row.startDate ?? '' },
    endDate: { type: 'string', label: 'End', of: (row) => row.endDate ?? '' },
    description: { type: 'string', label: 'Description', of: (row) => row.description ?? '' },
  },
};
