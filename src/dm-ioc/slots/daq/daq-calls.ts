import { daqOptionsSchema } from 'dm';
import { z } from 'zod';
import { callAnswer, jsonArgument, namedExperiment, nameArgument, remoteCall } from '../../commands/remote-call.js';

const directoryArguments = { dataDirectory: nameArgument, experiment: nameArgument.optional() };

export const DAQ_CALLS = [
  remoteCall(
    'startDaq',
    'dataDirectory, experiment?, options? (JSON)',
    z.strictObject({ ...directoryArguments, options: jsonArgument.optional() }),
    async ({ dataDirectory, experiment, options }, context) => {
      const { dm, store, signal } = context;
      const name = namedExperiment(experiment, context);
      const daq = await dm.daqs.start(name, dataDirectory, daqOptionsSchema.parse(options ?? {}), { signal });
      store.dispatch({ type: 'objects', kind: 'daq', objects: [daq] });
      return { ...callAnswer(daq), experiment: daq.experimentName };
    },
  ),
  remoteCall(
    'stopDaq',
    'dataDirectory, experiment?',
    z.strictObject(directoryArguments),
    async ({ dataDirectory, experiment }, context) => {
      const { dm, signal } = context;
      const daq = await dm.daqs.stop(namedExperiment(experiment, context), dataDirectory, { signal });
      return { ...callAnswer(daq), experiment: daq.experimentName };
    },
  ),
];
