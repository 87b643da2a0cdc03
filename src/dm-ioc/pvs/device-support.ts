import { fileURLToPath } from 'node:url';

/** The DTYP of records that have an address of the registry. */
export const DEVICE_TYPE = 'dm';

/** The .dbd files that declare it. */
export const DEFINITIONS: readonly string[] = [fileURLToPath(new URL('../../../../db/dm.dbd', import.meta.url))];
