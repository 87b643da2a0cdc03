import type { DataManagement, DmChangeKind, DmChanges, ServiceName, Watch } from 'dm';
import type { RemoteCall } from '../commands/remote-call.js';
import type { RowTable } from '../registry/row-table.js';
import type { Signals } from '../registry/signal.js';
import type { Collection, DmObject } from '../state/collection.js';
import type { SlotRules } from '../state/slot-rules.js';
import type { SlotState } from '../state/state.js';
import type { KindHost, KindService } from './kind-service.js';
import type { KindContext, SlotContext } from './slot-context.js';

/** Changes of DM that carry an `O`. */
type ChangeOf<O> = { [K in DmChangeKind]: DmChanges[K] extends O ? K : never }[DmChangeKind];

/** How DM is asked for what slots hold. */
export interface ObjectSource<Slot, O> {
  /** The kind of change by which DM tells of it. */
  readonly change?: ChangeOf<O>;
  /** All of them, asked for at the start. */
  readonly list?: (dm: DataManagement) => Promise<readonly O[]>;
  /** One, whole. @throws DmObjectNotFoundError: the slot forgets it */
  readonly get: (dm: DataManagement, id: string, slot: Slot) => Promise<O>;
  /** Keeps DM's interest in it while it is active. */
  readonly watch?: (dm: DataManagement, id: string, slot: Slot) => Watch;
}

/** What a slot holds as a line of text, and back. */
export interface SavedObject<O> {
  readonly toText: (object: O) => string;
  /** @throws Error when it isn't one */
  readonly fromText: (text: string) => O;
  /** What is left of one that `fromText` can't read for this reason, so that its job is not lost; null: nothing. */
  readonly fromRemains: (text: string, reason: string) => O | null;
}

/** What there is over all objects of a kind, beside the slots. */
export interface KindTotal<O, Kept extends DmObject> {
  /** In addresses without a key: `@job.nPending`. */
  readonly name: string;
  readonly database: string;
  readonly signals: Signals<Collection<Kept>, KindContext<O, Kept>>;
}

/**
 * A kind of slot: all that is peculiar to it. `Slot` is the state of a slot, `O` what it holds, `Kept` what is kept of each such object
 * for table and counts. A new kind is a folder that declares one, its `.db` file, and a line in the list of kinds.
 */
export interface SlotKindDefinition<
  Slot extends SlotState<object, O>,
  O extends DmObject,
  Kept extends DmObject,
> extends SlotRules<Slot, O, Kept> {
  /** In PV names: `DAQ` of `dm:DAQ1:Start`. */
  readonly device: string;
  /** The service of DM that has the objects. */
  readonly service: ServiceName;
  /** The `.db` file of a slot, with macros `P` and `N`; in `db/` unless its path is absolute. */
  readonly database: string;
  /** What records of a slot can be. */
  readonly signals: Signals<Slot, SlotContext<Slot, O, Kept>>;
  /** How DM is asked for them; undefined: DM has none of it, the IOC has. */
  readonly objects?: ObjectSource<Slot, O>;
  /** How what a slot holds is saved whole, where DM doesn't keep it. */
  readonly saved?: SavedObject<O>;
  readonly total?: KindTotal<O, Kept>;
  /** All objects, as a PV. */
  readonly table?: RowTable<Collection<Kept>>;
  /** Tables of each slot, under its name (`WF1:Stages`). */
  readonly slotTables?: readonly RowTable<Slot>[];
  readonly calls?: readonly RemoteCall[];
  /** Structures that `serve` adds for each slot, under its name (`Stream1:Report`), and what each is. */
  readonly structures?: Readonly<Record<string, string>>;
  /** What runs for the slots beside records and tables. */
  readonly serve?: (host: KindHost) => KindService;
}

/** Any kind, for what loops over the kinds. */
export type SlotKind = SlotKindDefinition<SlotState, DmObject, DmObject>;

/**
 * Checks a kind's parts against each other, and forgets their types, so that all kinds can stand in one list. This is safe as a part
 * only ever meets values of its own kind: the state keeps slots and objects by kind.
 */
export function defineSlotKind<Slot extends SlotState<object, O>, O extends DmObject, Kept extends DmObject>(
  definition: SlotKindDefinition<Slot, O, Kept>,
): SlotKind {
  return definition as unknown as SlotKind;
}
