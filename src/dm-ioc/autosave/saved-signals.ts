import { errorText } from 'dm';
import type { Binding } from '../pvs/binding.js';
import type { Plain } from '../registry/signal.js';
import type { SlotKind } from '../slots/slot-kind.js';
import { AREA_NAMES, slotOf, type State } from '../state/state.js';
import type { Store } from '../state/store.js';
import type { SavedValues } from './save-file.js';

/** Reads and writes the other fields that a record's `autosaveFields` names, such as HIHI. */
export interface FieldPort {
  getField(name: string): string;
  putField(name: string, value: string): void;
}

/** A field that is saved, and the record that it belongs to. */
export interface SavedField {
  /** In the file: `dm:PollPeriod`, `dm:PollPeriod.HIHI`. */
  readonly name: string;
  readonly isValue: boolean;
  readonly binding: Binding;
}

/** What the `info(autosaveFields, …)` of the records name. */
export function savedFields(bindings: readonly Binding[]): readonly SavedField[] {
  return bindings.flatMap((binding) => {
    const { info, name } = binding.record;
    const tags = [info['autosaveFields'], info['autosaveFields_pass0'], info['autosaveFields_pass1']];
    const fields = tags.flatMap((tag) => (tag ?? '').split(/\s+/u)).filter((field) => field !== '');
    return [...new Set(fields)].map((field) => {
      const isValue = field === 'VAL';
      return { name: isValue ? name : `${name}.${field}`, isValue, binding };
    });
  });
}

function valueOf(binding: Binding, state: State): Plain | undefined {
  const { signal } = binding;
  if (signal.kind === 'command') return undefined;
  const read = signal.read(binding.slice(state));
  return typeof read === 'object' ? read.value : read;
}

function asPlain(binding: Binding, text: string): Plain {
  const { signal } = binding;
  if (signal.kind !== 'setpoint') return text;
  if (signal.valueKind === 'boolean') return text === '1';
  return signal.valueKind === 'number' || signal.valueKind === 'integer' ? Number(text) : text;
}

/** What a slot holds, where DM doesn't keep it. */
interface SavedSlot {
  /** In the file: `dm:Stream1`. */
  readonly name: string;
  readonly kind: SlotKind;
  /** From 1. */
  readonly number: number;
}

/** Everything that is saved. */
export interface Saved {
  readonly fields: readonly SavedField[];
  readonly slots: readonly SavedSlot[];
}

/** The slots whose content is saved whole. */
export function savedSlots(
  kinds: readonly SlotKind[],
  counts: Readonly<Record<string, number>>,
  prefix: string,
): SavedSlot[] {
  return kinds
    .filter(({ saved }) => saved !== undefined)
    .flatMap((kind) =>
      Array.from({ length: counts[kind.name] ?? 0 }, (_slot, index) => {
        return { name: `${prefix}${kind.device}${index + 1}`, kind, number: index + 1 };
      }),
    );
}

/** Tells, at each call, the slots that hold something else than at the call before; empty text: nothing. */
export function changedSlots(slots: readonly SavedSlot[], store: Pick<Store, 'state'>): () => SavedValues {
  const seen = new Map<string, object | null>();
  return () => {
    const values = new Map<string, string>();
    for (const { name, kind, number } of slots) {
      const { object } = slotOf(store.state, kind.name, number);
      if (object === (seen.get(name) ?? null)) continue;
      seen.set(name, object);
      values.set(name, object === null ? '' : (kind.saved?.toText(object) ?? ''));
    }
    return values;
  };
}

/** What is to be kept now. */
export function collectSaved({ fields: saved, slots }: Saved, state: State, fields: FieldPort): SavedValues {
  const values = new Map<string, string>();
  for (const { name, kind, number } of slots) {
    const { object } = slotOf(state, kind.name, number);
    if (object !== null && kind.saved !== undefined) values.set(name, kind.saved.toText(object));
  }
  for (const { name, isValue, binding } of saved) {
    const value = isValue ? valueOf(binding, state) : fields.getField(name);
    if (value !== undefined) values.set(name, typeof value === 'boolean' ? (value ? '1' : '0') : String(value));
  }
  return values;
}

/**
 * Puts what was saved back into the state and the other fields. Each value is checked like a put.
 * @returns a line for each value that is no longer good, and was left out
 */
export function restoreSaved(
  { fields: saved, slots }: Saved,
  values: SavedValues,
  store: Store,
  fields: FieldPort,
): string[] {
  const problems: string[] = [];
  for (const { name, kind, number } of slots) {
    const text = values.get(name);
    if (text === undefined || text === '' || kind.saved === undefined) continue;
    let object;
    try {
      object = kind.saved.fromText(text);
    } catch (error) {
      problems.push(`${name}: ${errorText(error)}`);
      object = kind.saved.fromRemains(text, errorText(error));
    }
    if (object !== null) store.dispatch({ type: 'slotTaken', kind: kind.name, slot: number, object });
  }
  for (const { name, isValue, binding } of saved) {
    const { signal, place } = binding;
    const text = values.get(name);
    if (text === undefined) continue;
    try {
      if (!isValue) fields.putField(name, text);
      else if (signal.kind === 'setpoint') {
        const value = signal.parse(asPlain(binding, text));
        store.dispatch({ type: 'input', place, input: signal.input, value });
      } else if (signal.kind === 'reading' && signal.isSlotId === true && 'kind' in place && text !== '') {
        store.dispatch({ type: 'slotRestored', ...place, id: text });
      }
    } catch (error) {
      problems.push(`${name}: ${errorText(error)}`);
    }
  }
  return problems;
}

/** What of the state is saved, as references. */
function savedParts(state: State, slots: readonly SavedSlot[]): unknown[] {
  const ofSlots = Object.values(state.slots).flatMap((list) => list.flatMap(({ inputs, id }) => [inputs, id]));
  const objects = slots.map(({ kind, number }) => slotOf(state, kind.name, number).object);
  return [...AREA_NAMES.map((name) => state[name].inputs), ...ofSlots, ...objects];
}

/** Calls `onChange` after each change of what is saved; the result ends it. */
export function watchSaved({ slots }: Saved, store: Store, onChange: () => void): () => void {
  let seen = savedParts(store.state, slots);
  return store.subscribe(() => {
    const parts = savedParts(store.state, slots);
    if (parts.every((part, index) => part === seen[index])) return;
    seen = parts;
    onChange();
  });
}
