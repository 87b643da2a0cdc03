import { EventEmitter } from 'node:events';
import type { DataManagementEvents } from '../data-management.js';
import type { DmLogger } from '../logger.js';

/** The engine's events. A listener that throws is logged; it can't disturb the work that it is told of. */
export function engineEvents(log: DmLogger): EventEmitter<DataManagementEvents> {
  const events = new EventEmitter<DataManagementEvents>();
  events.setMaxListeners(0);
  const emit: (...args: Parameters<typeof events.emit>) => boolean = events.emit.bind(events);
  events.emit = (...args: Parameters<typeof events.emit>): boolean => {
    try {
      return emit(...args);
    } catch (error) {
      log.error({ event: args[0], error }, 'a listener of an event failed');
      return true;
    }
  };
  return events;
}
