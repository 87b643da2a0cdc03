/** The one list of statuses, in the order of the enum PVs. `Idle`: the slot holds nothing; `Unknown`: DM can't be asked or says something new. */
export const STATUS_LABELS = [
  'Idle',
  'Pending',
  'Running',
  'Finalizing',
  'Done',
  'Failed',
  'Skipped',
  'Aborting',
  'Aborted',
  'Unknown',
] as const;
export type StatusLabel = (typeof STATUS_LABELS)[number];

const BY_DM_STATUS: ReadonlyMap<string, StatusLabel> = new Map(
  STATUS_LABELS.map((label) => [label.toLowerCase(), label]),
);

/** The label of DM's literal text; `null` is an empty slot. */
export function statusLabel(dmStatus: string | null): StatusLabel {
  return dmStatus === null ? 'Idle' : (BY_DM_STATUS.get(dmStatus.toLowerCase()) ?? 'Unknown');
}

/** The alarm that a status is by itself. */
export function statusSeverity(label: StatusLabel): 'NONE' | 'MINOR' | 'MAJOR' | 'INVALID' {
  if (label === 'Failed') return 'MAJOR';
  if (label === 'Aborted') return 'MINOR';
  return label === 'Unknown' ? 'INVALID' : 'NONE';
}
