import { checked, daqOptionsSchema, type DaqInfo } from 'dm';
import { z } from 'zod';
import { LIST_ANSWER, listAnswer, namedExperiment, remoteCall } from '../../commands/remote-call.js';
import { abortHeld } from '../abort-held.js';
import { DIRECTORY_ARGUMENTS, START_ARGUMENTS, TRANSFER_ANSWER, transferAnswer } from '../transfer/transfer-answer.js';

export const DAQ_CALLS = [
  remoteCall(
    {
      name: 'startDaq',
      description: 'dataDirectory, experiment?, options? (JSON)',
      schema: z.strictObject(START_ARGUMENTS),
      result: TRANSFER_ANSWER,
    },
    async ({ dataDirectory, experiment, options }, context) => {
      const { dm, store, signal } = context;
      const name = namedExperiment(experiment, context);
      const daqOptions = checked('DAQ option', daqOptionsSchema, options ?? {});
      const daq = await dm.daqs.start(name, dataDirectory, daqOptions, { signal });
      store.dispatch({ type: 'objects', kind: 'daq', objects: [daq] });
      return transferAnswer(daq);
    },
  ),
  remoteCall(
    {
      name: 'stopDaq',
      description: 'dataDirectory, experiment?',
      schema: z.strictObject(DIRECTORY_ARGUMENTS),
      result: TRANSFER_ANSWER,
    },
    async ({ dataDirectory, experiment }, context) => {
      const { dm, signal } = context;
      const name = namedExperiment(experiment, context);
      const stop = (): Promise<DaqInfo> => dm.daqs.stop(name, dataDirectory, { signal });
      const daq = await abortHeld(context, 'daq', null, stop);
      return transferAnswer(daq);
    },
  ),
  remoteCall(
    {
      name: 'listDaqs',
      description: 'all of the station',
      isReading: true,
      schema: z.strictObject({}),
      result: LIST_ANSWER,
    },
    async (_given, { dm, signal }) => listAnswer(await dm.daqs.list({ signal })),
  ),
];
