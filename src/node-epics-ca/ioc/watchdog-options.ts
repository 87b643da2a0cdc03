import type { DeviceRecord } from './device-record.js';

/** How {@link Ioc.watch} tells that JavaScript stands still. */
export interface WatchdogOptions {
  /** Shows it with severity INVALID, status TIMEOUT and a message, until JavaScript answers or posts again. */
  readonly record?: DeviceRecord;
  /** How long JavaScript may not answer, in ms, at least 80; default 2000. */
  readonly limitMs?: number;
  /**
   * Written to standard error at once, which JavaScript can't do then: a whole line with its end, where `{ms}` stands for the time
   * in ms since the epoch, or `{local}` for `YYYY-MM-DD HH:MM:SS`. Default: nothing.
   */
  readonly line?: string;
  /** JavaScript answers again; how long it stood still, in ms. */
  readonly onAnswer?: (stalledMs: number) => void;
}
