import { setMaxListeners } from 'node:events';

/** How long an operation may go on. */
export interface OperationLimits {
  /** An abort rejects with the signal's reason; the operation never settles later. */
  readonly signal?: AbortSignal | undefined;
  /** For the whole operation, connecting included. @default the client's, except for a put with completion, which has none */
  readonly timeoutMs?: number | undefined;
}

/** The reason of an aborted signal, as an Error. */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('the operation was aborted', { cause: reason });
}

/** Call `listener` when the signal aborts. One signal may serve any number of operations, so Node's warning of many listeners is off. */
export function onAbort(signal: AbortSignal, listener: () => void): void {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
}
