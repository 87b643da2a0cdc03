import type { DataManagement } from 'dm';
import type { PvaServer } from 'epics-pva-ts';
import type { Logger } from 'pino';
import type { Caller } from '../commands/caller.js';
import type { Store } from '../state/store.js';

/** What a kind's service works with. */
export interface KindHost {
  readonly dm: DataManagement;
  readonly store: Store;
  readonly log: Logger;
  readonly server: PvaServer;
  /** Of all PVs. */
  readonly prefix: string;
  /** How many slots there are. */
  readonly slots: number;
  /** Aborted when the IOC stops. */
  readonly closing: AbortSignal;
  /** Resolves when what the slots hold survives this process; never rejects. */
  readonly save: () => Promise<void>;
  /** Whether access security lets the caller write to a group. */
  readonly mayWrite: (group: string, caller: Caller) => Promise<boolean>;
}

/** What of a kind runs as long as the IOC: PVs beside records and tables, and what they talk with. Commands and calls find it by its class. */
export interface KindService {
  /** The state is as it was saved, and DM is there. */
  start(): void;
  close(): void;
}

/** Finds a service by its class. @throws RangeError when no kind has such a one */
export type FindService = <T extends KindService>(type: abstract new (...args: never) => T) => T;

export function findIn(services: readonly KindService[]): FindService {
  return (type) => {
    const found = services.find((service) => service instanceof type);
    if (found === undefined) throw new RangeError(`no ${type.name} is there`);
    return found as InstanceType<typeof type>;
  };
}
