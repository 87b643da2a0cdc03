import type { ServiceName } from '../data-management.js';

/** DM's web services; `ANY` marks a call that each of them answers. */
export type WireService = ServiceName | 'APS_DB' | 'ANY';

/** The services that listen, with DM's default ports. Source: DM's documentation. */
export const SERVICE_PORTS = { DS: 22236, DAQ: 33336, CAT: 44436, PROC: 55536, APS_DB: 11236 } as const;
export type ListeningService = keyof typeof SERVICE_PORTS;

/** The first segment of every path. */
export const CONTEXT_ROOT = '/dm';
export const LOGIN_PATH = `${CONTEXT_ROOT}/login`;
