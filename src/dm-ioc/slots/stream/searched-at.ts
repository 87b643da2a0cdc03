import type { PvaClient } from 'epics-pva-ts';

/** Where a client looks for PVs, for who wonders why it finds none. */
export function searchedAt({ settings }: Pick<PvaClient, 'settings'>): string {
  const { EPICS_PVA_ADDR_LIST: addresses = '', EPICS_PVA_NAME_SERVERS: servers = '' } = settings;
  return `searched at ${[addresses, servers].filter((list) => list !== '').join(' ') || 'no address'}`;
}
