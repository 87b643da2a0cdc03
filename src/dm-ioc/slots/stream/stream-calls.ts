import { z } from 'zod';
import { remoteCall, nameArgument } from '../../commands/remote-call.js';
import { StreamService } from './stream-service.js';
import { LONGEST_TIMEOUT_S } from './stream-time.js';

const SLOT_FAULT = 'must be the number of a slot, from 1';
const slotArgument = z.coerce.number(SLOT_FAULT).int(SLOT_FAULT).min(1, SLOT_FAULT).default(1);

export const STREAM_CALLS = [
  remoteCall(
    {
      name: 'sendCommand',
      description: 'command, slot?, arguments? (JSON), requestId?, timeout? (s)',
      result: { message: 'string' },
      schema: z.strictObject({
        slot: slotArgument,
        command: nameArgument,
        arguments: z.string().default('{}'),
        requestId: z.string().default(''),
        timeout: z.coerce.number().min(0).max(LONGEST_TIMEOUT_S).default(0),
      }),
    },
    async ({ slot, command, arguments: given, requestId, timeout }, { service, signal, source }) => {
      const streams = service(StreamService);
      streams.requireSlot(slot);
      const timeoutMs = (timeout || streams.slotNumbered(slot).inputs.commandTimeoutS) * 1000;
      const message = await streams.send(slot, { command, arguments: given, requestId, source, timeoutMs }, signal);
      return { message };
    },
  ),
];
