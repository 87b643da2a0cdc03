import { CaTimeoutError } from './ca-error.js';
import type { OperationLimits } from './operation-limits.js';
import { abortReason, onAbort } from './operation-limits.js';

interface Pending {
  readonly what: string;
  readonly channelName: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
  readonly signal: AbortSignal | undefined;
  readonly abort: (() => void) | undefined;
}

/** What is kept of an operation for the one who settles it. */
export type PendingOperation = Pick<Pending, 'what' | 'channelName'>;

/** Operations that await their answer. Whatever comes first settles one: answer, time limit, abort or close. The rest is ignored. */
export class PendingOperations {
  readonly #pending = new Map<number, Pending>();
  readonly #hold: () => void;
  readonly #release: () => void;

  /** @param hold called per operation at its start, as `release` at its end */
  constructor(hold: () => void, release: () => void) {
    this.#hold = hold;
    this.#release = release;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Start an operation. `send` runs at once unless the signal is aborted already; what it throws rejects. */
  start<T>(
    id: number,
    what: string,
    channelName: string,
    limits: OperationLimits,
    send: (id: number) => void,
  ): Promise<T> {
    const { signal, timeoutMs } = limits;
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(abortReason(signal));
        return;
      }
      send(id);
      const abort =
        signal &&
        ((): void => {
          this.reject(id, abortReason(signal));
        });
      if (abort) onAbort(signal, abort);
      const timer =
        timeoutMs === undefined || timeoutMs === Infinity
          ? undefined
          : setTimeout(() => {
              this.reject(id, timeoutError(what, channelName, timeoutMs));
            }, timeoutMs);
      this.#pending.set(id, {
        what,
        channelName,
        resolve: resolve as (result: unknown) => void,
        reject,
        timer,
        signal,
        abort,
      });
      this.#hold();
    });
  }

  /** A snapshot: operations may settle while it is gone through. */
  ids(): number[] {
    return [...this.#pending.keys()];
  }

  find(id: number): PendingOperation | undefined {
    return this.#pending.get(id);
  }

  resolve(id: number, result: unknown): void {
    this.#settle(id)?.resolve(result);
  }

  reject(id: number, error: Error): void {
    this.#settle(id)?.reject(error);
  }

  /** Reject those that `toError` gives an error for. */
  rejectAll(toError: (operation: PendingOperation) => Error | undefined): void {
    for (const [id, operation] of this.#pending) {
      const error = toError(operation);
      if (error !== undefined) this.reject(id, error);
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    if (pending.timer !== undefined) clearTimeout(pending.timer);
    if (pending.abort) pending.signal?.removeEventListener('abort', pending.abort);
    this.#release();
    return pending;
  }
}

/** What a time limit rejects with. */
function timeoutError(what: string, channelName: string, timeoutMs: number): CaTimeoutError {
  return new CaTimeoutError(`${what} ${channelName}: no answer within ${timeoutMs} ms`, { channelName });
}
