import { type ExecOpHandle, pvxs, type ValueHandle } from 'node-pvxs';
import { PvaError } from './pva-error.js';
import { remoteErrorText } from './remote-error-text.js';

/** The puts or calls of one PV that wait for an answer. Each gets exactly one: what its handler gives or throws, or an
 * error when the time is up or the PV closes before; a later result is dropped. */
export class PendingRequests {
  readonly #open = new Set<(reason: PvaError) => void>();

  /**
   * Answer a request.
   * @param timeoutMs until it fails with PVA_TIMEOUT; undefined: no limit
   * @param handle gives the value to answer with, null for none
   */
  async answer(
    op: ExecOpHandle,
    timeoutMs: number | undefined,
    handle: (signal: AbortSignal) => Promise<ValueHandle | null>,
  ): Promise<void> {
    const controller = new AbortController();
    const fail = (reason: PvaError): void => {
      pvxs.execOpError(op, remoteErrorText(reason));
      controller.abort(reason);
    };
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            fail(new PvaError('PVA_TIMEOUT', `not answered within ${timeoutMs} ms`));
          }, timeoutMs);
    timer?.unref();
    pvxs.execOpOnCancel(op, () => {
      controller.abort(new PvaError('PVA_CANCELLED', 'the client has withdrawn the request'));
    });
    this.#open.add(fail);
    try {
      pvxs.execOpReply(op, await handle(controller.signal));
    } catch (error) {
      pvxs.execOpError(op, remoteErrorText(error));
    } finally {
      clearTimeout(timer);
      this.#open.delete(fail);
    }
  }

  /** Answer all that wait with an error. */
  close(): void {
    for (const fail of this.#open) fail(new PvaError('PVA_CLOSED', 'the PV has been closed'));
    this.#open.clear();
  }
}
