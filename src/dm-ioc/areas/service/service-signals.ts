import type { ServiceHealth } from 'dm';
import { NO_YES, readingsOf } from '../../registry/readings.js';
import { Setpoints } from '../../registry/setpoints.js';
import type { Signals } from '../../registry/signal.js';
import type { ServiceState } from '../../state/state.js';
import { applyPeriods } from './period-commands.js';

const DOWN_UP = ['Disconnected', 'Connected'] as const;

const { reading } = readingsOf<ServiceState>();
const setpoint = new Setpoints<ServiceState>();
const health = readingsOf<ServiceHealth>();

/** Addresses `@service.…` */
export const SERVICE_SIGNALS: Signals<ServiceState> = {
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
  saved: reading(
    'boolean',
    'What was put is saved',
    ({ unsavedReason }) => (unsavedReason === '' ? true : { value: false, severity: 'MAJOR', message: unsavedReason }),
    { states: NO_YES },
  ),
  message: reading(
    'text',
    'What went wrong last; a put clears it',
    ({ message: { text, severity } }) => ({ value: text, severity, message: text }),
    {
      acknowledge: ({ store }) => {
        store.dispatch({ type: 'message', text: '', severity: 'NONE' });
      },
    },
  ),
  pollPeriod: setpoint.number('pollPeriodS', 'Between polls of active jobs', {
    unit: 's',
    min: 0.1,
    max: 3600,
    effect: applyPeriods,
  }),
  listPeriod: setpoint.number('listPeriodS', 'Between polls of lists', {
    unit: 's',
    min: 1,
    max: 86_400,
    effect: applyPeriods,
  }),
};

/** Addresses `@service[DS].…`, also DAQ, CAT, PROC. */
export const DM_SERVICE_SIGNALS: Signals<ServiceHealth> = {
  connected: health.reading(
    'boolean',
    'The service answers',
    ({ connected, lastError }) =>
      connected ? true : { value: false, severity: 'MAJOR', message: lastError ?? 'not connected' },
    { states: DOWN_UP },
  ),
  lastContact: health.reading('time', 'When the service answered last', ({ lastContactMs }) => lastContactMs ?? 0),
  lastError: health.reading('text', 'Its last failure', ({ lastError }) => lastError ?? ''),
};
