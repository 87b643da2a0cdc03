import type { DeviceRecord } from 'node-epics-ca';

/** A record of device support "dm" as the IOC lists it. */
export function deviceRecord(
  index: number,
  name: string,
  type: DeviceRecord['type'],
  address: string,
  states: readonly string[] = [],
): DeviceRecord {
  const direction = ['lso', 'busy', 'ao', 'bo', 'mbbo'].includes(type) ? 'out' : 'in';
  const rest = { description: '', units: '', maxLength: 256, elementType: null, info: {}, file: 'test.db' };
  return { index, name, type, direction, address, states, ...rest };
}
