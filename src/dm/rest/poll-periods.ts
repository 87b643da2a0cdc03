import type { RestOptions } from './rest-options.js';

/** Periods of all pollers in milliseconds; an operator may change them at any time. */
export type PollPeriods = RestOptions['poll'];
