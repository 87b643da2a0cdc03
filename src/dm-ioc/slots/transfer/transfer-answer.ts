import type { RpcResult } from 'epics-pva-ts';
import { ANSWER, callAnswer, jsonArgument, nameArgument, pathArgument } from '../../commands/remote-call.js';
import type { Transfer } from './transfer-view.js';

/** Which directory a call is about; the experiment is the selected one unless it is named. */
export const DIRECTORY_ARGUMENTS = { dataDirectory: pathArgument, experiment: nameArgument.optional() };

/** The same with options of DM. */
export const START_ARGUMENTS = { ...DIRECTORY_ARGUMENTS, options: jsonArgument.optional() };

/** What a call about a DAQ or an upload answers with. */
export const TRANSFER_ANSWER = { ...ANSWER, experiment: 'string' } as const;

export function transferAnswer(transfer: Transfer): RpcResult<typeof TRANSFER_ANSWER> {
  return { ...callAnswer(transfer), experiment: transfer.experimentName };
}
