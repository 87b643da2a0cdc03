/** EPICS alarm severity. */
export type AlarmSeverity = 'NONE' | 'MINOR' | 'MAJOR' | 'INVALID';

/** Number of a severity in menuAlarmSevr. */
export const SEVERITY_NUMBERS: Readonly<Record<AlarmSeverity, number>> = { NONE: 0, MINOR: 1, MAJOR: 2, INVALID: 3 };
