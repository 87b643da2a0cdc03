import { type OperationHandle, pvxs } from 'node-pvxs';
import { PvaError } from './pva-error.js';
import { startTimer } from './start-timer.js';

/** When an operation is given up. */
export interface GiveUp {
  /** Until it fails with PVA_TIMEOUT; default that of the client; Infinity for no limit. */
  readonly timeoutMs?: number | undefined;
  /** Aborts it with PVA_CANCELLED. */
  readonly signal?: AbortSignal | undefined;
}

/** How one operation tells its end. */
export interface Settle<T> {
  succeed(result: T): void;
  fail(error: unknown): void;
  /** No time limit from now on. */
  stopTimer(): void;
}

/** The operations of one client that are under way. Each keeps the process running, and is cancelled in pvxs when its
 * promise settles. */
export class ClientOperations {
  readonly #open = new Set<(error: PvaError) => void>();
  readonly #timeoutMs: number;
  #isClosed = false;

  /** @param timeoutMs of operations that say nothing else */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  run<T>(pvName: string, giveUp: GiveUp, start: (settle: Settle<T>) => OperationHandle): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const { timeoutMs = this.#timeoutMs, signal } = giveUp;
      if (this.#isClosed) throw new PvaError('PVA_CLOSED', 'the client has been closed', { pvName });
      if (signal?.aborted) throw cancelled(pvName, signal);
      let operation: OperationHandle | null = null;
      const abort = (): void => {
        if (signal) end(cancelled(pvName, signal));
      };
      const end = (error: PvaError | null): void => {
        if (!this.#open.delete(end)) return;
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        pvxs.releaseLoop();
        if (operation) pvxs.operationCancel(operation);
        if (error) reject(error);
      };
      this.#open.add(end);
      pvxs.retainLoop();
      signal?.addEventListener('abort', abort);
      const timer = startTimer(timeoutMs, () => {
        end(new PvaError('PVA_TIMEOUT', `${pvName}: no answer within ${timeoutMs} ms`, { pvName }));
      });
      const settle: Settle<T> = {
        succeed: (result) => {
          resolve(result);
          end(null);
        },
        fail: (error) => {
          end(PvaError.from(error, pvName));
        },
        stopTimer: () => {
          clearTimeout(timer);
        },
      };
      try {
        operation = start(settle);
      } catch (error) {
        settle.fail(error);
      }
    });
  }

  /** Fail all with PVA_CLOSED; later ones fail at once. */
  close(): void {
    this.#isClosed = true;
    for (const end of [...this.#open]) end(new PvaError('PVA_CLOSED', 'the client has been closed'));
  }
}

/** The error of an aborted operation. */
export function cancelled(pvName: string, signal: AbortSignal): PvaError {
  return new PvaError('PVA_CANCELLED', `${pvName}: cancelled`, { pvName, cause: signal.reason });
}
