import type { Workflow } from 'dm';
import { rowTable } from '../../registry/row-table.js';
import type { State } from '../../state/state.js';

/** `Workflow:Table` */
export const WORKFLOW_TABLE = rowTable<State, Workflow>({
  name: 'Workflow:Table',
  descriptor: 'Workflows of the DM user',
  of: ({ workflows }) => workflows,
  rows: ({ workflows }) => [...workflows.values()].sort((a, b) => a.name.localeCompare(b.name)),
  columns: {
    name: { type: 'string', label: 'Name', of: (row) => row.name },
    owner: { type: 'string', label: 'Owner', of: (row) => row.owner },
    stages: { type: 'int32', label: 'Stages', of: (row) => Object.keys(row.stages).length },
    description: { type: 'string', label: 'Description', of: (row) => row.description ?? '' },
  },
});
