import type { StructureValue } from 'epics-pva-ts';
import { CommandError } from '../../errors.js';
import type { REPORT } from './stream-structures.js';
import { SEVERITIES, type StreamReport } from './stream.js';
import type { GivenReport } from './take-report.js';

/** The whole structure, with what it was for all that wasn't sent. */
export type ReportValue = StructureValue<typeof REPORT.fields>;

const TEXTS = ['stage', 'message', 'commandPv', 'results'] as const;
const COUNTS = ['nReceived', 'nProcessed', 'nDropped'] as const;
const RATES = ['progress', 'receiveRate', 'processRate'] as const;

/** An alarm is said whole. @throws CommandError SETPOINT_INVALID */
function givenAlarm({ alarm }: ReportValue, sent: ReadonlySet<string>): Partial<Pick<StreamReport, 'alarm'>> {
  if (!sent.has('alarm.severity')) return {};
  const severity = SEVERITIES[alarm.severity];
  if (severity === undefined) {
    throw new CommandError('SETPOINT_INVALID', `alarm.severity ${alarm.severity} is not one of 0 to 3`);
  }
  return { alarm: { severity, message: sent.has('alarm.message') ? alarm.message : '' } };
}

/** What of a report was sent. @throws CommandError SETPOINT_INVALID when a number makes no sense */
export function givenReport(value: ReportValue, changed: readonly string[]): GivenReport {
  const sent = new Set(changed);
  const pick = <K extends keyof ReportValue, V>(
    names: readonly K[],
    as: (one: ReportValue[K]) => V,
  ): Partial<Record<K, V>> =>
    Object.fromEntries(names.filter((name) => sent.has(name)).map((name) => [name, as(value[name])])) as Partial<
      Record<K, V>
    >;
  return {
    streamId: sent.has('streamId') ? value.streamId : '',
    ...(sent.has('sequence') ? { sequence: Number(value.sequence) } : {}),
    ...(sent.has('state') ? { state: value.state } : {}),
    ...pick(TEXTS, (text) => text),
    ...pick(COUNTS, Number),
    ...pick(RATES, (rate) => rate),
    ...givenAlarm(value, sent),
  };
}
