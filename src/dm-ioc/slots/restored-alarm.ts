import type { Alarm } from '../registry/signal.js';
import { isActive } from '../state/active.js';
import type { SlotState } from '../state/state.js';

/**
 * What stands on Run when the slot holds since a restart what it held before: Channel Access told whoever waited that its put was
 * complete when the IOC went away, so the alarm has to say that it isn't, or that it failed.
 */
export function restoredAlarm<S extends SlotState>(errorOf: (slot: S) => string): (slot: S) => Alarm | undefined {
  return (slot) => {
    const { isRestored, object } = slot;
    if (!isRestored) return undefined;
    if (object === null || isActive(object)) {
      return { severity: 'MINOR', status: 'WRITE', message: 'IOC restarted, it goes on: see Status' };
    }
    const reason = errorOf(slot);
    return reason === '' ? undefined : { severity: 'MAJOR', status: 'WRITE', message: reason.split('\n', 1)[0] ?? '' };
  };
}
