import type { ServiceName } from '../data-management.js';

/** The services that listen: DM's own, and the facility's database beside them. */
export type ListeningService = ServiceName | 'APS_DB';
/** `ANY` marks a call that each of them answers. */
export type WireService = ListeningService | 'ANY';

/** DM's default ports. Source: DM's documentation. */
export const SERVICE_PORTS: Readonly<Record<ListeningService, number>> = {
  DS: 22236,
  DAQ: 33336,
  CAT: 44436,
  PROC: 55536,
  APS_DB: 11236,
};
export const LISTENING_SERVICES = Object.keys(SERVICE_PORTS) as [ListeningService, ...ListeningService[]];

/** The first segment of every path. */
export const CONTEXT_ROOT = '/dm';
export const LOGIN_PATH = `${CONTEXT_ROOT}/login`;
