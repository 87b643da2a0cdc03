import { resolve } from 'node:path';

/** The device support of dm-ioc, for an IOC of a test. */
export const DM_DEFINITIONS = { definitions: [resolve('db/dm.dbd')], deviceType: 'dm' } as const;
