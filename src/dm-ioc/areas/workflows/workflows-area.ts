import type { Workflow } from 'dm';
import type { Area } from '../../registry/area.js';
import { rowTable } from '../../registry/row-table.js';
import type { State } from '../../state/state.js';

/** `Workflow:Table` */
const WORKFLOW_TABLE = rowTable<State, Workflow>({
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

/** The workflows that DM has; their jobs are a kind of slot. */
export const workflowsArea: Area = {
  tables: [WORKFLOW_TABLE],
  lists: [
    {
      what: 'workflows',
      load: async ({ workflows, owner }) => ({ type: 'workflows', workflows: await workflows.list(owner) }),
    },
  ],
  changes: {
    workflow: (workflow) => ({ type: 'workflows', workflows: [workflow] }),
    workflowRemoved: (removed) => ({ type: 'workflowRemoved', ...removed }),
  },
};
