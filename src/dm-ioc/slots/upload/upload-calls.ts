import { checked, uploadOptionsSchema } from 'dm';
import { z } from 'zod';
import { namedExperiment, nameArgument, remoteCall } from '../../commands/remote-call.js';
import { abortHeld } from '../abort-held.js';
import { START_ARGUMENTS, TRANSFER_ANSWER, transferAnswer } from '../transfer/transfer-answer.js';

export const UPLOAD_CALLS = [
  remoteCall(
    {
      name: 'upload',
      description: 'dataDirectory, experiment?, options? (JSON)',
      schema: z.strictObject(START_ARGUMENTS),
      result: TRANSFER_ANSWER,
    },
    async ({ dataDirectory, experiment, options }, context) => {
      const { dm, store, signal } = context;
      const name = namedExperiment(experiment, context);
      const uploadOptions = checked('Upload option', uploadOptionsSchema, options ?? {});
      const upload = await dm.uploads.start(name, dataDirectory, uploadOptions, { signal });
      store.dispatch({ type: 'objects', kind: 'upload', objects: [upload] });
      return transferAnswer(upload);
    },
  ),
  remoteCall(
    {
      name: 'stopUpload',
      description: 'id',
      schema: z.strictObject({ id: nameArgument }),
      result: TRANSFER_ANSWER,
    },
    async ({ id }, context) => {
      const { dm, signal } = context;
      const upload = await abortHeld(context, 'upload', id, () => dm.uploads.stop(id, { signal }));
      return transferAnswer(upload);
    },
  ),
  remoteCall(
    {
      name: 'getUpload',
      description: 'id',
      isReading: true,
      schema: z.strictObject({ id: nameArgument }),
      result: TRANSFER_ANSWER,
    },
    async ({ id }, { dm, signal }) => transferAnswer(await dm.uploads.get(id, { signal })),
  ),
];
