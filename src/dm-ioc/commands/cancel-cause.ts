import { IocError } from 'node-epics-ca';

/** Why the signal of a put was aborted. */
export function cancelCause({ reason }: AbortSignal): 'cancelled' | 'the IOC stops' {
  return reason instanceof IocError ? 'the IOC stops' : 'cancelled';
}
