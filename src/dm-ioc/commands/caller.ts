import type { RpcCall } from 'epics-pva-ts';
import type { Ioc } from 'node-epics-ca';

/** Who calls, in the terms of access security. */
export interface Caller {
  /** The account, as the client says. */
  readonly user: string;
  /** Its address, without port. */
  readonly host: string;
  /** Its groups on this machine; who is asked for them may be far away. */
  readonly roles: () => Promise<readonly string[]>;
}

/** The sender of a PVAccess call; as QSRV has it for puts. */
export function callerOf({ account, peer, roles }: Pick<RpcCall<unknown>, 'account' | 'peer' | 'roles'>): Caller {
  const host = peer.replace(/:\d+$/u, '').replace(/^\[(?<address>.*)\]$/u, '$<address>');
  return { user: account, host, roles };
}

/** Whether access security lets the caller write to a group of records. Its roles are asked for only when they can matter. */
export async function mayWrite(
  ioc: Pick<Ioc, 'mayWrite' | 'accessNamesRoles'>,
  group: string,
  { user, host, roles }: Caller,
): Promise<boolean> {
  if (ioc.mayWrite(group, [user], host)) return true;
  if (!ioc.accessNamesRoles()) return false;
  const names = (await roles()).map((role) => `role/${role}`);
  return ioc.mayWrite(group, names, host);
}
