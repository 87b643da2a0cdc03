import type { DmObject } from './collection.js';
import type { SlotState } from './state.js';

/** What a change of a slot may depend on beside the slot. */
export interface Moment {
  /** To a slot whose object is active: the time at which the object began, and what has passed since, whatever the clock was set to. */
  readonly nowMs: number;
  /** Goes on evenly, from any beginning. */
  readonly steadyMs: number;
  /** Which engine DM is: what the web services say needs more explaining. */
  readonly backend: string;
  /** The experiment that commands use; null: none is selected. */
  readonly experimentName: string | null;
}

/**
 * How the slots of a kind change: pure functions.
 * `Slot` its slots, `O` what a slot holds, `Kept` what remains of each object of DM for tables and counts.
 */
export interface SlotRules<Slot extends SlotState<object, O>, O extends DmObject, Kept extends DmObject> {
  /** In addresses (`@daq[1].start`), in the configuration (`slots.daq`) and in the state. */
  readonly name: string;
  /** A slot that holds nothing and was never put to. */
  readonly empty: Slot;
  /** The slot after DM has told of its object anew; `slot.object` is what was known, null when the slot has just taken it. */
  readonly update: (slot: Slot, object: O, moment: Moment) => Slot;
  /** Once a second while the object is active; without it, only `nowMs` moves. */
  readonly tick?: (slot: Slot, moment: Moment) => Slot;
  /** What is kept of an object. */
  readonly keep: (object: O, known: Kept | undefined) => Kept;
  /** When it began, in Unix seconds. */
  readonly timeOf: (kept: Kept) => number;
  /** What everybody should hear of an object, for the message of the IOC; undefined: nothing. `known`: what was kept of it before. */
  readonly news?: (object: O, known: Kept | undefined) => string | undefined;
  /** True when `next` is news from before `known`; without it, a status can't go back. */
  readonly isOvertaken?: (known: DmObject | null | undefined, next: O) => boolean;
}

/** The rules of any kind, for what loops over the kinds. */
export type AnySlotRules = SlotRules<SlotState, DmObject, DmObject>;
