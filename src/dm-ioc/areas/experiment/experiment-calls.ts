import { checked, DmError, newExperimentSchema } from 'dm';
import { z } from 'zod';
import { nameArgument, remoteCall } from '../../commands/remote-call.js';

export const EXPERIMENT_CALLS = [
  remoteCall(
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
      const wanted = checked('Experiment', newExperimentSchema, {
        name,
        ...(type === undefined ? {} : { typeName: type }),
        ...(description === undefined ? {} : { description }),
        ...(users === undefined ? {} : { users: users.split(',').map((user) => user.trim()) }),
      });
      const experiment = await dm.experiments.add(wanted, { signal });
      store.dispatch({ type: 'experiments', experiments: [experiment] });
      return { name: experiment.name, dataDirectory: experiment.dataDirectory ?? '', json: JSON.stringify(experiment) };
    },
  ),
];
