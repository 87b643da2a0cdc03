/** Totals since the process began, but `queued`. */
export interface IocCounters {
  /** Events that wait for the JavaScript thread now. */
  readonly queued: number;
  /** Writes and put-log entries refused because the queue was full. */
  readonly dropped: number;
  /** Plain puts replaced by a newer one while the record was active (counted when access security traps writes). */
  readonly coalesced: number;
  readonly writesStarted: number;
  readonly writesCompleted: number;
  readonly writesFailed: number;
  /** Writes that never reached a handler: queue full, or the IOC closing. */
  readonly writesRefused: number;
  readonly writesCancelled: number;
  /** Calls of `post`. */
  readonly posts: number;
  readonly postedRecords: number;
  /** Posts to a record while a write was under way, applied after it. */
  readonly deferredPosts: number;
  /** How often JavaScript stood still, if {@link Ioc.watch} was called. */
  readonly stalls: number;
}
