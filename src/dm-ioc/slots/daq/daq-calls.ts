import { daqOptionsSchema } from 'dm';
import { z } from 'zod';
import { callAnswer, jsonArgument, namedExperiment, nameArgument, remoteCall } from '../../commands/remote-call.js';
import type { SlotState } from '../../state/state.js';
import { abortHeld } from '../abort-held.js';
import type { DaqSlot } from './daq-slot.js';

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
      return callAnswer(daq);
    },
  ),
  remoteCall(
    'stopDaq',
    'dataDirectory, experiment?',
    z.strictObject(directoryArguments),
    async ({ dataDirectory, experiment }, context) => {
      const { dm, signal } = context;
      const name = namedExperiment(experiment, context);
      const isHeld = (slot: SlotState): boolean => {
        const { object } = slot as DaqSlot;
        return object?.experimentName === name && object.dataDirectory === dataDirectory;
      };
      const daq = await abortHeld(context, 'daq', isHeld, () => dm.daqs.stop(name, dataDirectory, { signal }));
      return callAnswer(daq);
    },
  ),
];
