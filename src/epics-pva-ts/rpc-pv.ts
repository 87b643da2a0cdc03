import { type ExecOpHandle, pvxs, type SharedPvHandle, type ValueHandle } from 'node-pvxs';
import { PendingRequests } from './pending-requests.js';
import type { Pv } from './pv.js';

/** Calls served under one name. */
export class RpcPv {
  readonly name: string;
  readonly #pv: Pv<string, string>;
  readonly #pending = new PendingRequests();
  #handle: SharedPvHandle | null = null;
  readonly #serve: (handle: SharedPvHandle) => void;

  /** @internal Use PvaServer.addRpc(). */
  constructor(
    pv: Pv<string, string>,
    timeoutMs: number | undefined,
    serve: (op: ExecOpHandle, argument: ValueHandle | null, signal: AbortSignal) => Promise<ValueHandle>,
  ) {
    this.name = pv.name;
    this.#pv = pv;
    this.#serve = (handle) => {
      pvxs.sharedPvOnRpc(handle, (op, argument) => {
        void this.#pending.answer(op, timeoutMs, (signal) => serve(op, argument, signal));
      });
    };
  }

  /** Stop serving calls: those under way fail with PVA_CLOSED. */
  close(): void {
    this.#pending.close();
    if (this.#handle) pvxs.sharedPvOnRpc(this.#handle, null);
    this.#pv.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  attach(add: (handle: SharedPvHandle) => void, remove: () => void): void {
    this.#pv.attach((handle) => {
      this.#handle = handle;
      this.#serve(handle);
      add(handle);
    }, remove);
  }
}
