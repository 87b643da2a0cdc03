import type { ServiceHealth } from 'dm';
import type { ServiceState } from '../state/state.js';
import { reading } from './readings.js';
import { numberSetpoint } from './setpoints.js';
import type { Signal } from './signal.js';

const DOWN_UP = ['Disconnected', 'Connected'] as const;

/** Addresses `@service.…` */
export const SERVICE_SIGNALS: Readonly<Record<string, Signal<ServiceState>>> = {
  heartbeat: reading('integer', 'Counts seconds while the IOC lives', (service) => service.heartbeat),
  version: reading('text', 'Version of dm-ioc', (service) => service.version),
  backend: reading('text', 'DM engine: local or rest', (service) => service.backend),
  station: reading('text', 'DM station', (service) => service.station),
  owner: reading('text', 'DM user who owns the jobs', (service) => service.owner),
  connected: reading(
    'boolean',
    'All DM services answer',
    ({ downReason }) => (downReason === '' ? true : { value: false, severity: 'MAJOR', message: downReason }),
    { states: DOWN_UP },
  ),
  message: reading('text', 'What went wrong last', ({ message }) => {
    const { text, severity } = message;
    return { value: text, severity, message: text };
  }),
  pollPeriod: numberSetpoint('pollPeriodS', 'Between polls of active jobs', { unit: 's', min: 0.1, max: 3600 }),
  listPeriod: numberSetpoint('listPeriodS', 'Between polls of lists', { unit: 's', min: 1, max: 86_400 }),
};

/** Addresses `@service[DS].…`, also DAQ, CAT, PROC. */
export const DM_SERVICE_SIGNALS: Readonly<Record<string, Signal<ServiceHealth>>> = {
  connected: reading(
    'boolean',
    'The service answers',
    (health) =>
      health.connected ? true : { value: false, severity: 'MAJOR', message: health.lastError ?? 'not connected' },
    { states: DOWN_UP },
  ),
  lastContact: reading('time', 'When the service answered last', (health) => health.lastContactMs ?? 0),
  lastError: reading('text', 'Its last failure', (health) => health.lastError ?? ''),
};
