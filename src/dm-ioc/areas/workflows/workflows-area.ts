import type { Area } from '../../registry/area.js';
import { WORKFLOW_TABLE } from './workflow-table.js';

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
