import { z } from 'zod';

/**
 * Every status that DM gives to a job, a DAQ or an upload, in the order of a life.
 * Source: aps-dm status constants (DM_PROCESSING_STATUS_*); `timeout` and `not_run` are apstools' own and never come from DM.
 */
export const DM_STATUSES = [
  'pending',
  'running',
  'finalizing',
  'done',
  'failed',
  'skipped',
  'aborting',
  'aborted',
] as const;

export const dmStatusSchema = z.enum(DM_STATUSES);
export type DmStatus = z.infer<typeof dmStatusSchema>;

const TERMINAL: ReadonlySet<string> = new Set<DmStatus>(['done', 'failed', 'skipped', 'aborted']);

/** True once nothing more will happen to the object. A status that DM may add later counts as still active. */
export function isTerminalStatus(status: string): boolean {
  return TERMINAL.has(status);
}
