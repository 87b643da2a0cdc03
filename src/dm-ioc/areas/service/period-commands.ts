import type { DataManagement } from 'dm';
import type { Store } from '../../state/store.js';
import type { Command } from '../../commands/command.js';

/** What an adapter that polls offers; the local engine pushes and has no periods. */
interface Polling {
  setPollPeriods(periods: { readonly pollMs: number; readonly listMs: number }): void;
}

function isPolling(dm: DataManagement): dm is DataManagement & Polling {
  return 'setPollPeriods' in dm;
}

/** Makes the adapter poll as PollPeriod and ListPeriod say. */
export function applyPollPeriods(dm: DataManagement, store: Store): void {
  const { pollPeriodS, listPeriodS } = store.state.service.inputs;
  if (!isPolling(dm)) return;
  dm.setPollPeriods({ pollMs: Math.round(pollPeriodS * 1000), listMs: Math.round(listPeriodS * 1000) });
}

/** What a put to PollPeriod or ListPeriod does. */
export const applyPeriods: Command = ({ dm, store }) => {
  applyPollPeriods(dm, store);
  return Promise.resolve();
};
