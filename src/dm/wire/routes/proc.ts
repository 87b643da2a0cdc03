import { z } from 'zod';
import { plainNumbers } from '../../exact-json.js';
import { jobArgumentsSchema } from '../../schemas/job.js';
import { type Workflow, workflowSchema } from '../../schemas/workflow.js';
import { job, undocumented, workflow } from '../dm-objects.js';
import { queryDict, text, whole } from '../parameters.js';
import { routesOf } from '../route.js';

const { list, read, write } = routesOf('PROC');

const plainWorkflow = z.preprocess((given: Workflow) => plainNumbers(given), workflowSchema);

/** Processing: workflows and jobs. */
export const PROC_ROUTES = {
  listWorkflows: list({
    template: 'GET /workflowsByOwner/{owner}?queryDict={J(queryDict)}',
    evidence: 'captured',
    parameters: { owner: text, queryDict },
    answer: workflow,
    check: ({ owner }) => ({ owner, queryDict: {} }),
  }),
  getWorkflowByName: read({
    template: 'GET /workflowsByOwner/{owner}/{E(name)}',
    evidence: 'captured',
    parameters: { owner: text, name: text },
    answer: workflow,
    check: ({ met, owner }) => met.workflow && { owner, name: met.workflow.name },
  }),
  addWorkflow: write({
    template: 'POST /workflows/addWorkflow?allowCurrentUsername=0&workflow={J(workflow)}',
    evidence: 'captured',
    role: 'administrator',
    parameters: { workflow: plainWorkflow },
    answer: workflow,
    whenUnknown: { repeat: 'unsafe', seenAs: 'it appears in the list of workflows' },
  }),
  updateWorkflow: write({
    template: 'PUT /workflows/updateWorkflow?allowCurrentUsername=0&workflow={J(workflow)}',
    evidence: 'captured',
    role: 'administrator',
    parameters: { workflow: plainWorkflow },
    answer: workflow,
    whenUnknown: { repeat: 'safe', because: 'the result is the same' },
  }),
  deleteWorkflowByName: write({
    template: 'DELETE /workflowsByOwner/{owner}/{E(name)}',
    evidence: 'inferred',
    role: 'administrator',
    parameters: { owner: text, name: text },
    answer: undocumented(workflow),
    whenUnknown: { repeat: 'safe', because: 'what is gone stays so' },
  }),

  /** The reply holds the arguments beside DM's own keys (captured). */
  startProcessingJob: write({
    template: 'POST /processingJobsByWorkflow/{owner}/{E(name)}/startProcessingJob?argsDict={J(argsDict)}',
    evidence: 'captured',
    role: 'user',
    parameters: { owner: text, name: text, argsDict: jobArgumentsSchema },
    answer: job,
    whenUnknown: { repeat: 'unsafe', seenAs: 'the job appears in the list of jobs' },
  }),
  /** `keyList` is "DEFAULT", "ALL", or a list of keys (captured, and from the station GUI). The order is not documented. */
  listProcessingJobs: list({
    template:
      'GET /processingJobsByOwner/{owner}?queryDict={J(queryDict)}&skip={skip}&limit={limit}&keyList={J(keyList)}',
    evidence: 'captured',
    parameters: {
      owner: text,
      queryDict,
      skip: whole,
      limit: whole,
      keyList: z.union([z.string(), z.array(z.string())]).optional(),
    },
    answer: job,
    check: ({ owner }) => ({ owner, queryDict: {}, skip: 0, limit: 10, keyList: 'DEFAULT' }),
  }),
  getProcessingJobById: read({
    template: 'GET /processingJobsByOwner/{owner}/{id}',
    evidence: 'captured',
    parameters: { owner: text, id: text },
    answer: job,
    check: ({ met, owner }) => met.job && { owner, id: met.job.id },
  }),
  stopProcessingJob: write({
    template: 'POST /processingJobsByOwner/{owner}/{id}/stopProcessingJob',
    evidence: 'recalled',
    role: 'user',
    parameters: { owner: text, id: text },
    answer: undocumented(job),
    whenUnknown: { repeat: 'safe', because: 'what has stopped stays so' },
  }),
};
