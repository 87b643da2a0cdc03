import { z } from 'zod';
import {
  ANSWER,
  callAnswer,
  countArgument,
  jsonArgument,
  LIST_ANSWER,
  listAnswer,
  nameArgument,
  remoteCall,
} from '../../commands/remote-call.js';
import { abortHeld } from '../abort-held.js';
import { isActive } from '../../state/active.js';

const jobSchema = z.strictObject({ id: nameArgument, owner: nameArgument.optional() });

export const WORKFLOW_CALLS = [
  remoteCall(
    {
      name: 'startWorkflow',
      description: 'workflow, owner?, args? (JSON)',
      schema: z.strictObject({ workflow: nameArgument, owner: nameArgument.optional(), args: jsonArgument.optional() }),
      result: ANSWER,
    },
    async ({ workflow, owner, args }, { dm, store, signal }) => {
      const { selected } = store.state.experiment;
      const experiment = selected === null ? {} : { experimentName: selected.name };
      const job = await dm.jobs.start(owner ?? dm.owner, workflow, { ...experiment, ...args }, { signal });
      store.dispatch({ type: 'objects', kind: 'workflow', objects: [job] });
      return callAnswer(job);
    },
  ),
  remoteCall(
    { name: 'stopWorkflow', description: 'id, owner?', schema: jobSchema, result: ANSWER },
    async ({ id, owner }, context) => {
      const { dm, store, signal } = context;
      const job = await abortHeld(context, 'workflow', id, () => dm.jobs.stop(owner ?? dm.owner, id, { signal }));
      store.dispatch({ type: 'objects', kind: 'workflow', objects: [job] });
      return callAnswer(job);
    },
  ),
  remoteCall(
    { name: 'getJob', description: 'id, owner?', isReading: true, schema: jobSchema, result: ANSWER },
    async ({ id, owner }, { dm, signal }) => callAnswer(await dm.jobs.get(owner ?? dm.owner, id, { signal })),
  ),
  remoteCall(
    {
      name: 'listJobs',
      description: 'owner?, active?, skip?, limit?',
      isReading: true,
      schema: z.strictObject({
        owner: nameArgument.optional(),
        active: z.union([z.boolean(), z.stringbool()]).default(false),
        skip: countArgument.default(0),
        limit: countArgument.pipe(z.int().min(1).max(10_000)).default(100),
      }),
      result: LIST_ANSWER,
    },
    async ({ owner, active, skip, limit }, { dm, signal }) => {
      const jobs = await dm.jobs.list(owner ?? dm.owner, { skip, limit, signal });
      return listAnswer(active ? jobs.filter(isActive) : jobs);
    },
  ),
];
