import type { Config } from './config/config.js';
import type { Store } from './state/store.js';

/** The periods of the configuration are the ones that the PVs begin with. */
export function adoptPeriods(config: Config, store: Store): void {
  const { poll } = config.dm.rest;
  if (typeof poll !== 'object' || poll === null) return;
  const place = { area: 'service' } as const;
  if ('pollMs' in poll && typeof poll.pollMs === 'number') {
    store.dispatch({ type: 'input', place, input: 'pollPeriodS', value: poll.pollMs / 1000 });
  }
  if ('listMs' in poll && typeof poll.listMs === 'number') {
    store.dispatch({ type: 'input', place, input: 'listPeriodS', value: poll.listMs / 1000 });
  }
}
