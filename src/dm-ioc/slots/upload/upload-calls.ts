import { checked, uploadOptionsSchema } from 'dm';
import { z } from 'zod';
import {
  ANSWER,
  callAnswer,
  jsonArgument,
  namedExperiment,
  nameArgument,
  pathArgument,
  remoteCall,
} from '../../commands/remote-call.js';
import { abortHeld } from '../abort-held.js';

export const UPLOAD_CALLS = [
  remoteCall(
    {
      name: 'upload',
      description: 'dataDirectory, experiment?, options? (JSON)',
      schema: z.strictObject({
        dataDirectory: pathArgument,
        experiment: nameArgument.optional(),
        options: jsonArgument.optional(),
      }),
      result: { ...ANSWER, experiment: 'string' },
    },
    async ({ dataDirectory, experiment, options }, context) => {
      const { dm, store, signal } = context;
      const name = namedExperiment(experiment, context);
      const uploadOptions = checked('Upload option', uploadOptionsSchema, options ?? {});
      const upload = await dm.uploads.start(name, dataDirectory, uploadOptions, { signal });
      store.dispatch({ type: 'objects', kind: 'upload', objects: [upload] });
      return { ...callAnswer(upload), experiment: upload.experimentName };
    },
  ),
  remoteCall(
    {
      name: 'stopUpload',
      description: 'id',
      schema: z.strictObject({ id: nameArgument }),
      result: { ...ANSWER, experiment: 'string' },
    },
    async ({ id }, context) => {
      const { dm, signal } = context;
      const upload = await abortHeld(context, 'upload', id, () => dm.uploads.stop(id, { signal }));
      return { ...callAnswer(upload), experiment: upload.experimentName };
    },
  ),
];
