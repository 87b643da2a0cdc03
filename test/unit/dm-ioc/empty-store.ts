import { initialState } from 'dm-ioc/internal/state/initial-state';
import { Store } from 'dm-ioc/internal/state/store';

/** A store before DM has told anything, with one slot of each kind. */
export function emptyStore(owner = 's25idcuser'): Store {
  const slots = { daq: 1, upload: 1, workflow: 1 };
  return new Store(initialState({ version: '1', backend: 'local', station: '25IDC', owner, slots }));
}
