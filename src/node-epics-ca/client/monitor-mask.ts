/** What a server sends updates for: a value beyond MDEL, one for archives beyond ADEL, an alarm, or metadata. Source: caeventmask.h. */
export const DBE = { value: 1, log: 2, alarm: 4, property: 8 } as const;

export type CaMonitorEvent = keyof typeof DBE;

/** The bits of a list of events. */
export function monitorMask(events: readonly CaMonitorEvent[]): number {
  return events.reduce((mask, event) => mask | DBE[event], 0);
}
