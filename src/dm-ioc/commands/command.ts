import type { DataManagement, Experiment } from 'dm';
import { CommandError } from '../errors.js';
import type { Place } from '../state/action.js';
import type { InputState } from '../state/state.js';
import type { Store } from '../state/store.js';

/** What a command works with. It answers its put by resolving or rejecting; what PVs show follows from the state. */
export interface CommandContext {
  readonly dm: DataManagement;
  readonly store: Store;
  readonly place: Place;
  /** Aborted when the put is cancelled (0 put while busy) and when the IOC stops. */
  readonly signal: AbortSignal;
  /** Aborted only when the IOC stops: what runs in DM goes on then. */
  readonly closing: AbortSignal;
  /** Writes ids and setpoints to the disk; never rejects. */
  readonly save: () => Promise<void>;
  /** Slots in which a start is under way, so that two puts at once can't start two jobs in one slot. */
  readonly claims: Set<string>;
}

/** Resolves when DM has really done it. @throws CommandError or DmError */
export type Command = (context: CommandContext) => Promise<void>;

/** Refuses while a setpoint of the area holds something that was refused. @throws CommandError SETPOINT_INVALID */
export function requireGoodInputs(area: InputState<object>): void {
  for (const reason of Object.values(area.refused)) throw new CommandError('SETPOINT_INVALID', reason);
}

/** @throws CommandError SETPOINT_MISSING with the PV to put */
export function requireText(value: string, what: string): string {
  if (value === '') throw new CommandError('SETPOINT_MISSING', `no ${what}: put it first`);
  return value;
}

/** The experiment that DM has confirmed. @throws CommandError EXPERIMENT_NOT_SELECTED */
export function requireExperiment({ store }: CommandContext): Experiment {
  const { selected, inputs, refused } = store.state.experiment;
  if (selected !== null) return selected;
  const reason = refused['name'];
  if (reason !== undefined) throw new CommandError('EXPERIMENT_NOT_SELECTED', reason);
  throw new CommandError(
    'EXPERIMENT_NOT_SELECTED',
    inputs.name === ''
      ? 'no experiment: put Experiment first'
      : `${inputs.name} is not confirmed by DM yet: it is used as soon as DM answers`,
  );
}

/**
 * Runs `start` while no other start is under way in this slot, and saves the id that the slot holds then: what was answered must
 * survive a crash. @throws CommandError SLOT_BUSY
 */
export async function claimSlot({ claims, place, save }: CommandContext, start: () => Promise<void>): Promise<void> {
  const name = `${place.area}${place.slot}`;
  if (claims.has(name)) throw new CommandError('SLOT_BUSY', 'busy: another start is under way in this slot');
  claims.add(name);
  try {
    await start();
    await save();
  } finally {
    claims.delete(name);
  }
}

/** The slot that the command is for. */
export function slotOf<S>(slots: readonly S[], { place }: CommandContext): S {
  const slot = slots[place.slot - 1];
  if (slot === undefined) throw new RangeError(`no slot ${place.slot}`);
  return slot;
}
