import { SERVICE_NAMES, type ServiceName } from 'dm';
import { addressesOf, addressSpace, type Area } from '../../registry/area.js';
import { DM_SERVICE_SIGNALS, SERVICE_SIGNALS } from './service-signals.js';

/** The IOC itself, and how DM's services are. */
export const serviceArea: Area = {
  addresses: [
    addressesOf('service', SERVICE_SIGNALS),
    addressSpace({
      name: 'service',
      keys: {
        names: SERVICE_NAMES,
        complaint: (key) => `no service ${key}; there are ${SERVICE_NAMES.join(', ')}`,
      },
      signals: DM_SERVICE_SIGNALS,
      place: () => ({ area: 'service' }),
      slice: (state, key) => state.health[key as ServiceName],
    }),
  ],
  databases: [{ file: 'service.db' }],
  changes: { service: (health) => ({ type: 'health', health }) },
};
