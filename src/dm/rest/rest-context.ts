import type { ChangeFeed } from '../change-feed.js';
import type { DmLogger } from '../logger.js';
import type { PollPeriods } from './poll-periods.js';
import type { RestOptions } from './rest-options.js';

/** What the parts of the adapter share. */
export interface RestContext {
  readonly options: RestOptions;
  readonly changes: ChangeFeed;
  readonly periods: PollPeriods;
  readonly logger: DmLogger;
  /** Says once what keeps a poll from working. */
  readonly pollFailed: (what: string) => (error: unknown) => void;
}
