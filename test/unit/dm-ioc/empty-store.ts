import { allAreas } from 'dm-ioc/internal/areas/areas';
import { SLOT_KINDS } from 'dm-ioc/internal/slots/kinds';
import { initialState } from 'dm-ioc/internal/state/initial-state';
import { Store } from 'dm-ioc/internal/state/store';

const SLOTS = { daq: 1, upload: 1, workflow: 2 };

/** All that an IOC with few slots offers. */
export const AREAS = allAreas(SLOT_KINDS, SLOTS);

/** A store before DM has told anything, with the slots of `AREAS`. */
export function emptyStore(owner = 's25idcuser', backend = 'local', now: () => number = Date.now): Store {
  const state = initialState({ version: '1', backend, station: '25IDC', owner, kinds: SLOT_KINDS, slots: SLOTS });
  return new Store(state, SLOT_KINDS, now);
}
