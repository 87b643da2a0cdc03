import { pvxs, type SharedPvHandle } from 'node-pvxs';
import type { z } from 'zod';
import { PendingRequests } from './pending-requests.js';
import type { Pv } from './pv.js';
import { type RpcHandler, type RpcOptions, serveRpc } from './rpc.js';

/** Calls served under one name. */
export class RpcPv {
  readonly name: string;
  readonly #pv: Pv<string, string>;
  readonly #pending = new PendingRequests();
  #handle: SharedPvHandle | null = null;
  readonly #serve: (handle: SharedPvHandle) => void;

  /** @internal Use PvaServer.addRpc(). */
  constructor(pv: Pv<string, string>, options: RpcOptions<z.ZodType>, handler: RpcHandler<never>) {
    this.name = pv.name;
    this.#pv = pv;
    this.#serve = (handle) => {
      pvxs.sharedPvOnRpc(handle, (op, argument) => {
        void this.#pending.answer(op, options.timeoutMs, (signal) =>
          serveRpc(op, argument, signal, options, handler as RpcHandler<unknown>),
        );
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
