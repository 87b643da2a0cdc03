import { checked, daqOptionsSchema, type DaqInfo } from 'dm';
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

const directoryArguments = { dataDirectory: pathArgument, experiment: nameArgument.optional() };

export const DAQ_CALLS = [
  remoteCall(
    {
      name: 'startDaq',
      description: 'dataDirectory, experiment?, options? (JSON)',
      schema: z.strictObject({ ...directoryArguments, options: jsonArgument.optional() }),
      result: { ...ANSWER, experiment: 'string' },
    },
    async ({ dataDirectory, experiment, options }, context) => {
      const { dm, store, signal } = context;
      const name = namedExperiment(experiment, context);
      const daqOptions = checked('DAQ option', daqOptionsSchema, options ?? {});
      const daq = await dm.daqs.start(name, dataDirectory, daqOptions, { signal });
      store.dispatch({ type: 'objects', kind: 'daq', objects: [daq] });
      return { ...callAnswer(daq), experiment: daq.experimentName };
    },
  ),
  remoteCall(
    {
      name: 'stopDaq',
      description: 'dataDirectory, experiment?',
      schema: z.strictObject(directoryArguments),
      result: { ...ANSWER, experiment: 'string' },
    },
    async ({ dataDirectory, experiment }, context) => {
      const { dm, signal } = context;
      const name = namedExperiment(experiment, context);
      const stop = (): Promise<DaqInfo> => dm.daqs.stop(name, dataDirectory, { signal });
      const daq = await abortHeld(context, 'daq', null, stop);
      return { ...callAnswer(daq), experiment: daq.experimentName };
    },
  ),
];
