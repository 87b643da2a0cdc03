import type { Action } from '../state/action.js';
import type { CommandContext } from '../commands/command.js';
import { addressSpace, type AddressSpace, type Area, type Database } from '../registry/area.js';
import { ofState, type RowTable } from '../registry/row-table.js';
import { withContext } from '../registry/signal.js';
import type { DmObject } from '../state/collection.js';
import { objectsOf, slotOf, type State } from '../state/state.js';
import { kindContext, slotContext } from './slot-context.js';
import type { SlotKind } from './slot-kind.js';

function slotAddresses({ name, signals }: SlotKind, numbers: readonly number[]): AddressSpace {
  const contextOf = (context: CommandContext): ReturnType<typeof slotContext> =>
    slotContext(context, name, 'slot' in context.place ? context.place.slot : 0);
  return addressSpace({
    name,
    keys: {
      names: numbers.map(String),
      complaint: (key) => `no ${name} slot ${key}; the configuration has slots.${name}: ${numbers.length}`,
    },
    signals: withContext(signals, contextOf),
    place: (key) => ({ kind: name, slot: Number(key) }),
    slice: (state, key) => slotOf(state, name, Number(key)),
  });
}

function totalAddresses({ name, total }: SlotKind): AddressSpace[] {
  if (total === undefined) return [];
  const signals = withContext(total.signals, (context) => kindContext(context, name));
  return [
    addressSpace({
      name: total.name,
      signals,
      place: () => ({ area: 'service' }),
      slice: (state) => objectsOf(state, name),
    }),
  ];
}

function databases({ database, total }: SlotKind, numbers: readonly number[]): Database[] {
  const ofSlots = numbers.map((number) => ({ file: database, macros: { N: String(number) } }));
  return total === undefined ? ofSlots : [{ file: total.database }, ...ofSlots];
}

function tables({ name, device, table, slotTables = [] }: SlotKind, numbers: readonly number[]): RowTable<State>[] {
  const ofSlots = numbers.flatMap((number) =>
    slotTables.map((one) =>
      ofState(one, (state) => slotOf(state, name, number), {
        name: `${device}${number}:${one.name}`,
        descriptor: `${one.descriptor} ${number}`,
      }),
    ),
  );
  return table === undefined ? ofSlots : [ofState(table, (state) => objectsOf(state, name)), ...ofSlots];
}

function structuresOf({ device, structures = {} }: SlotKind, numbers: readonly number[]): Record<string, string> {
  const ofSlots = numbers.flatMap((number) =>
    Object.entries(structures).map(([name, what]) => [`${device}${number}:${name}`, what] as const),
  );
  return Object.fromEntries(ofSlots);
}

/** A kind of slot with so many slots, as the area that it is. */
export function areaOfKind(kind: SlotKind, count: number): Area {
  const { name, calls = [] } = kind;
  const { change, list } = kind.objects ?? {};
  const numbers = Array.from({ length: count }, (_slot, index) => index + 1);
  const told = (objects: readonly DmObject[]): Action => ({ type: 'objects', kind: name, objects });
  return {
    addresses: [...totalAddresses(kind), slotAddresses(kind, numbers)],
    databases: databases(kind, numbers),
    tables: tables(kind, numbers),
    calls,
    structures: structuresOf(kind, numbers),
    lists: list === undefined ? [] : [{ what: `${name} objects`, load: async (dm) => told(await list(dm)) }],
    changes: change === undefined ? {} : { [change]: (value: DmObject) => told([value]) },
  };
}
