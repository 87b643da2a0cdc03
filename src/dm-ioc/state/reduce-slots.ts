import { isActive } from './active.js';
import type { DmObject } from './collection.js';
import type { AnySlotRules, Moment } from './slot-rules.js';
import { objectsOf, type Message, type SlotState, type State } from './state.js';
import { isOvertaken } from './status-rank.js';

/** Map that keeps the array's reference when no element changed. */
function mapChanged<T>(items: readonly T[], change: (item: T, index: number) => T): readonly T[] {
  const next = items.map(change);
  return next.some((item, index) => item !== items[index]) ? next : items;
}

function withSlots(state: State, kind: string, change: (slot: SlotState, index: number) => SlotState): State {
  const slots = state.slots[kind] ?? [];
  const next = mapChanged(slots, change);
  return next === slots ? state : { ...state, slots: { ...state.slots, [kind]: next } };
}

/** One slot changed. @param slot from 1 */
export function withSlot(state: State, kind: string, slot: number, change: (slot: SlotState) => SlotState): State {
  return withSlots(state, kind, (one, index) => (index === slot - 1 ? change(one) : one));
}

/** The moment in a slot's own time, which is the clock's when its object begins. */
function momentOf(slot: SlotState, object: DmObject, moment: Moment): Moment {
  const { object: known, nowMs, steadyMs } = slot;
  const isUnderWay = isActive(known) && known?.startTime === object.startTime;
  return isUnderWay ? { ...moment, nowMs: nowMs + moment.steadyMs - steadyMs } : moment;
}

/** What DM tells of objects of a kind: all are kept, and the slots that hold one show it. */
export function takeObjects(state: State, rules: AnySlotRules, objects: readonly DmObject[], moment: Moment): State {
  const isOld = rules.isOvertaken ?? isOvertaken;
  const byId = new Map(objects.map((object) => [object.id, object]));
  const next = withSlots(state, rules.name, (slot) => {
    const object = slot.id === '' ? undefined : byId.get(slot.id);
    if (object === undefined || isOld(slot.object, object)) return slot;
    const updated = { ...rules.update(slot, object, momentOf(slot, object, moment)), steadyMs: moment.steadyMs };
    // Why it has ended is not why somebody's put was refused meanwhile.
    const isEnd = isActive(slot.object) && !isActive(object);
    return isEnd ? { ...updated, commandError: '' } : updated;
  });
  const slots = next.slots[rules.name] ?? [];
  const known = objectsOf(next, rules.name);
  const news = objects.flatMap((object) => rules.news?.(object, known.get(object.id)) ?? []).at(-1);
  const kept = known.with(objects, {
    merge: (object, before) => (isOld(before, object) ? undefined : rules.keep(object, before)),
    timeOf: rules.timeOf,
    isHeld: (id) => slots.some((slot) => slot.id === id),
  });
  const told = { ...next, objects: { ...next.objects, [rules.name]: kept } };
  if (news === undefined) return told;
  const message: Message = { text: news, severity: 'MINOR', source: '' };
  return { ...told, service: { ...told.service, message } };
}

/** The slot holds an id, of which nothing else is known; the empty id: nothing. What was put stays. */
export function holdId(state: State, rules: AnySlotRules, slot: number, id: string, isRestored = false): State {
  return withSlot(state, rules.name, slot, ({ inputs, refused }) => ({
    ...rules.empty,
    inputs,
    refused,
    id,
    isRestored,
  }));
}

/** Once a second: what lives in the slots. */
export function tickSlots(state: State, rules: AnySlotRules, moment: Moment): State {
  return withSlots(state, rules.name, (slot) => {
    const { object } = slot;
    if (object === null || !isActive(object)) return slot;
    const own = momentOf(slot, object, moment);
    return { ...(rules.tick?.(slot, own) ?? slot), nowMs: own.nowMs, steadyMs: own.steadyMs };
  });
}
