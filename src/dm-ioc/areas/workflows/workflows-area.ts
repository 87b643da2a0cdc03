import { workflowWarnings, type Workflow } from 'dm';
import type { Area } from '../../registry/area.js';
import { rowTable } from '../../registry/row-table.js';
import type { State } from '../../state/state.js';

/** `Workflow:Table` */
const WORKFLOW_TABLE = rowTable<State, Workflow & { readonly warnings: readonly string[] }>({
  name: 'Workflow:Table',
  descriptor: 'Workflows of the DM user',
  of: ({ workflows }) => workflows,
  rows: ({ workflows, service }) =>
    [...workflows.values()]
      .sort((a, b) => a.name.localeCompare(b.name))
      // The keys of DM's own workflows are DM's to know.
      .map((row) => ({ ...row, warnings: service.backend === 'local' ? workflowWarnings(row) : [] })),
  columns: {
    name: { type: 'string', label: 'Name', of: (row) => row.name },
    owner: { type: 'string', label: 'Owner', of: (row) => row.owner },
    stages: { type: 'int32', label: 'Stages', of: (row) => Object.keys(row.stages).length },
    description: { type: 'string', label: 'Description', of: (row) => row.description ?? '' },
    warnings: { type: 'string', label: 'Warnings', of: (row) => row.warnings.join('; ') },
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
