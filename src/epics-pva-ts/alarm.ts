import type { StructureField } from './field-type.js';

const severities = ['NONE', 'MINOR', 'MAJOR', 'INVALID', 'UNDEFINED'] as const;
/** How bad it is, in the order of the numbers 0 to 4 of PVAccess. */
export type AlarmSeverity = (typeof severities)[number];

const statuses = ['NONE', 'DEVICE', 'DRIVER', 'RECORD', 'DB', 'CONF', 'UNDEFINED', 'CLIENT'] as const;
/** Where it comes from, in the order of the numbers 0 to 7 of PVAccess. */
export type AlarmStatus = (typeof statuses)[number];

/** An alarm as posted. */
export interface Alarm {
  readonly severity: AlarmSeverity;
  /** Default RECORD, or NONE without an alarm. */
  readonly status?: AlarmStatus | undefined;
  readonly message?: string | undefined;
}

/** `alarm_t` of the normative types, as a field of a structure. */
export const alarmField = {
  code: 'struct',
  id: 'alarm_t',
  fields: { severity: 'int32', status: 'int32', message: 'string' },
} as const satisfies StructureField;

/** The content of an `alarm_t`. */
export interface AlarmFields {
  readonly severity: number;
  readonly status: number;
  readonly message: string;
}

/** `alarm_t` of an alarm. */
export function alarmFieldsOf(alarm: Alarm): AlarmFields {
  const status = alarm.status ?? (alarm.severity === 'NONE' ? 'NONE' : 'RECORD');
  return {
    severity: severities.indexOf(alarm.severity),
    status: statuses.indexOf(status),
    message: alarm.message ?? '',
  };
}

/** The alarm of an `alarm_t`; numbers outside the standard count as UNDEFINED. */
export function alarmOf(fields: AlarmFields): Required<Alarm> {
  return {
    severity: severities[fields.severity] ?? 'UNDEFINED',
    status: statuses[fields.status] ?? 'UNDEFINED',
    message: fields.message,
  };
}
