import { type ExecOpHandle, pvxs } from 'node-pvxs';
import { rolesOf } from './account-roles.js';

/** Who sent a put or a call. */
export interface ClientRequest {
  /** Address and port of the client. */
  readonly peer: string;
  /** Account the client runs as: its own word. */
  readonly account: string;
  /** How it names itself: `ca` or `anonymous`. */
  readonly method: string;
  /** Groups of that account on this machine. Asked for only then, which may take long; an answer counts for half a minute. */
  readonly roles: () => Promise<readonly string[]>;
  /** Options of the request, such as `{ block: true }`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Aborted when the client withdraws the request, it times out or the PV is closed. */
  readonly signal: AbortSignal;
}

/** The request behind an operation of pvxs. */
export function clientRequest(op: ExecOpHandle, signal: AbortSignal): ClientRequest {
  const { peer, account, method } = pvxs.execOpInfo(op);
  return {
    peer,
    account,
    method,
    roles: () => rolesOf(account, () => pvxs.execOpRoles(op)),
    get options() {
      const request = pvxs.execOpRequest(op) as { record?: { _options?: Record<string, unknown> } } | null;
      return request?.record?._options ?? {};
    },
    signal,
  };
}
