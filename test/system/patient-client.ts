import { PvaClient } from 'epics-pva-ts';

/** As long as a test may last: on a busy machine a search of a second may take a minute. */
const PATIENCE_MS = 300_000;

/** A PVAccess client for tests: it waits until somebody answers. @param environment as IOC processes name it */
export function patientClient(environment: Readonly<Record<string, string>>): PvaClient {
  return new PvaClient({ environment, timeoutMs: PATIENCE_MS });
}
