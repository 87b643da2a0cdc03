import type { RpcCall } from 'epics-pva-ts';

/** Who calls, in the terms of access security. */
export interface Caller {
  /** The account, as the client says. */
  readonly user: string;
  /** Its address, without port. */
  readonly host: string;
  /** What rules of the access file may name: the account, and `role/…` for each of its groups on this machine. */
  readonly users: readonly string[];
}

/** The sender of a PVAccess call; as QSRV has it for puts. */
export function callerOf({ account, peer, roles }: Pick<RpcCall<unknown>, 'account' | 'peer' | 'roles'>): Caller {
  const host = peer.replace(/:\d+$/u, '').replace(/^\[(?<address>.*)\]$/u, '$<address>');
  return { user: account, host, users: [account, ...roles.map((role) => `role/${role}`)] };
}
