import type { DataManagement } from 'dm';
import type { Place } from '../state/action.js';
import type { FindService } from '../slots/kind-service.js';
import type { Store } from '../state/store.js';
import type { StartGates } from './start-gate.js';

/** What a command works with. It answers its put by resolving or rejecting; what PVs show follows from the state. */
export interface CommandContext {
  readonly dm: DataManagement;
  readonly store: Store;
  readonly place: Place;
  /** Who put, as user@host; empty: the IOC itself. */
  readonly source: string;
  /** Aborted when the put is cancelled (0 put while busy) and when the IOC stops. */
  readonly signal: AbortSignal;
  /** Aborted only when the IOC stops: what runs in DM goes on then. */
  readonly closing: AbortSignal;
  /** Writes ids and setpoints to the disk; never rejects. */
  readonly save: () => Promise<void>;
  /** Resolves when the put has been answered. */
  readonly answered: Promise<void>;
  readonly gates: StartGates;
  /** What runs for the kinds of slots, by its class. */
  readonly service: FindService;
}

/** Resolves when DM has really done it. @throws CommandError or DmError */
export type Command = (context: CommandContext) => Promise<void>;
