import { uploadOptionsSchema } from 'dm';
import { z } from 'zod';
import { callAnswer, jsonArgument, namedExperiment, nameArgument, remoteCall } from '../../commands/remote-call.js';

export const UPLOAD_CALLS = [
  remoteCall(
    'upload',
    'dataDirectory, experiment?, options? (JSON)',
    z.strictObject({
      dataDirectory: nameArgument,
      experiment: nameArgument.optional(),
      options: jsonArgument.optional(),
    }),
    async ({ dataDirectory, experiment, options }, context) => {
      const { dm, store, signal } = context;
      const name = namedExperiment(experiment, context);
      const upload = await dm.uploads.start(name, dataDirectory, uploadOptionsSchema.parse(options ?? {}), { signal });
      store.dispatch({ type: 'objects', kind: 'upload', objects: [upload] });
      return { ...callAnswer(upload), experiment: upload.experimentName };
    },
  ),
  remoteCall('stopUpload', 'id', z.strictObject({ id: nameArgument }), async ({ id }, { dm, signal }) => {
    const upload = await dm.uploads.stop(id, { signal });
    return { ...callAnswer(upload), experiment: upload.experimentName };
  }),
];
