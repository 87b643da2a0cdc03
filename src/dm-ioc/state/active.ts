import { isTerminalStatus } from 'dm';
import type { SlotState } from './state.js';

/** True while DM still works on it; an object that isn't there is not active. */
export function isActive(object: { readonly status: string } | null | undefined): boolean {
  return object !== null && object !== undefined && !isTerminalStatus(object.status);
}

/** True unless it is known that nothing runs for the slot: what it holds may not have been read yet. */
export function isSlotBusy({ id, object }: Pick<SlotState, 'id' | 'object'>): boolean {
  return id !== '' && (object === null || isActive(object));
}
