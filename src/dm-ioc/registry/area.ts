import type { DataManagement, DmChangeKind, DmChanges } from 'dm';
import type { RemoteCall } from '../commands/remote-call.js';
import type { Action, Place } from '../state/action.js';
import type { AreaName, State } from '../state/state.js';
import type { RowTable } from './row-table.js';
import type { Signals } from './signal.js';

/** What addresses of one form lead to: `@experiment.name`, or with a key `@service[DS].connected`, `@daq[1].start`. */
export interface AddressSpace {
  readonly name: string;
  /** The keys that there are, and what is wrong with any other one; undefined: addresses take no key. */
  readonly keys?: { readonly names: readonly string[]; readonly complaint: (key: string) => string };
  readonly signals: Signals<unknown>;
  /** Whose inputs the setpoints are, and which slot the commands are for. */
  readonly place: (key: string) => Place;
  /** What the signals show; the same reference as long as nothing changed there. */
  readonly slice: (state: State, key: string) => unknown;
}

/** A `.db` file, in `db/` unless its path is absolute, and its macros beside `P`. */
export interface Database {
  readonly file: string;
  readonly macros?: Readonly<Record<string, string>>;
}

/** A list of DM that is asked for at the start. */
export interface DmList {
  readonly what: string;
  readonly load: (dm: DataManagement) => Promise<Action>;
}

/** One subject of DM with all that there is of it: everything else loops over the areas, and names none of them. */
export interface Area {
  readonly addresses?: readonly AddressSpace[];
  readonly databases?: readonly Database[];
  readonly tables?: readonly RowTable<State>[];
  readonly calls?: readonly RemoteCall[];
  /** PVs besides, over PVAccess only, and what each is. */
  readonly structures?: Readonly<Record<string, string>>;
  readonly lists?: readonly DmList[];
  /** What each change that DM tells of does to the state; undefined: nothing. */
  readonly changes?: { readonly [K in DmChangeKind]?: (value: DmChanges[K], state: State) => Action | undefined };
}

/** Signals over a part of the state of any type, as the registry has them. */
export function addressSpace<S>(
  space: Omit<AddressSpace, 'signals' | 'slice'> & {
    readonly signals: Signals<S>;
    readonly slice: (state: State, key: string) => S;
  },
): AddressSpace {
  // A slice is only ever given to the signals that were declared with it.
  return space as AddressSpace;
}

/** The addresses of an area that is there once, and shows its own part of the state. */
export function addressesOf<N extends AreaName>(name: N, signals: Signals<State[N]>): AddressSpace {
  return addressSpace({ name, signals, place: () => ({ area: name }), slice: (state) => state[name] });
}
