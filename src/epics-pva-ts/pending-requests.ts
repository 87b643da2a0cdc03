import { type ExecOpHandle, pvxs, type ValueHandle } from 'node-pvxs';
import { PvaError } from './pva-error.js';
import { remoteErrorText } from './remote-error-text.js';
import { startTimer } from './start-timer.js';

/** The puts or calls of one PV that wait for an answer. Each gets exactly one: what its handler gives or throws, or an
 * error when the time is up or the PV closes before; a later result is dropped. A request whose handler can never come
 * to an end, because nothing holds its promise any more, isn't held here either: node-pvxs answers it. */
export class PendingRequests {
  readonly #open = new Map<AbortController, WeakRef<ExecOpHandle>>();
  readonly #dropped = new FinalizationRegistry<AbortController>((controller) => this.#open.delete(controller));

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
    const timer = startTimer(timeoutMs, () => {
      fail(op, controller, new PvaError('PVA_TIMEOUT', `not answered within ${timeoutMs} ms`));
    });
    timer?.unref();
    abortWhenWithdrawn(op, controller);
    this.#open.set(controller, new WeakRef(op));
    this.#dropped.register(op, controller);
    try {
      pvxs.execOpReply(op, await handle(controller.signal));
    } catch (error) {
      pvxs.execOpError(op, remoteErrorText(error));
    } finally {
      clearTimeout(timer);
      this.#open.delete(controller);
    }
  }

  /** Answer all that wait with an error. */
  close(): void {
    for (const [controller, held] of this.#open) {
      const op = held.deref();
      if (op) fail(op, controller, new PvaError('PVA_CLOSED', 'the PV has been closed'));
    }
    this.#open.clear();
  }
}

function fail(op: ExecOpHandle, controller: AbortController, reason: PvaError): void {
  pvxs.execOpError(op, remoteErrorText(reason));
  controller.abort(reason);
}

// A function of its own: what pvxs calls back must not hold the operation.
function abortWhenWithdrawn(op: ExecOpHandle, controller: AbortController): void {
  pvxs.execOpOnCancel(op, () => {
    controller.abort(new PvaError('PVA_CANCELLED', 'the client has withdrawn the request'));
  });
}
