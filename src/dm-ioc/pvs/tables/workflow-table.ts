import type { Workflow } from 'dm';
import { LONG_TABLE_PERIOD_MS, type RowTable } from './row-table.js';

/** `Workflow:Table` */
export const WORKFLOW_TABLE: RowTable<Workflow> = {
  name: 'Workflow:Table',
  descriptor: 'Workflows of the DM user',
  slice: (state) => state.workflows,
  periodMs: LONG_TABLE_PERIOD_MS,
  rows: (state) => [...state.workflows.values()].sort((a, b) => a.name.localeCompare(b.name)),
  columns: {
    name: { type: 'string', label: 'Name', of: (row) => row.name },
    owner: { type: 'string', label: 'Owner', of: (row) => row.owner },
    stages: { type: 'int32', label: 'Stages', of: (row) => Object.keys(row.stages).length },
    description: { type: 'string', label: 'Description', of: (row) => row.description ?? '' },
  },
};
