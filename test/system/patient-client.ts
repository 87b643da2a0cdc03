import { PvaClient } from 'epics-pva-ts';
import { PATIENCE_MS } from '../patience.js';

/** A PVAccess client for tests: it waits until somebody answers. @param environment as IOC processes name it */
export function patientClient(environment: Readonly<Record<string, string>>): PvaClient {
  return new PvaClient({ environment, timeoutMs: PATIENCE_MS });
}
