import type { RawFields, StructureValue } from 'epics-pva-ts';
import { CommandError } from '../../errors.js';
import type { REPORT } from './stream-structures.js';
import { SEVERITIES, type StreamReport } from './stream.js';
import type { GivenReport } from './take-report.js';

/** The whole structure. */
export type ReportValue = StructureValue<typeof REPORT.fields>;
/** What of it was sent. */
type SentReport = Partial<Omit<ReportValue, 'alarm'>> & { readonly alarm?: Partial<ReportValue['alarm']> };

const TEXTS = ['stage', 'message', 'commandPv', 'results'] as const;
const COUNTS = ['nReceived', 'nProcessed', 'nDropped'] as const;
const RATES = ['progress', 'receiveRate', 'processRate'] as const;

/** An alarm is said whole. @throws CommandError SETPOINT_INVALID */
function givenAlarm({ alarm }: SentReport): Partial<Pick<StreamReport, 'alarm'>> {
  if (alarm?.severity === undefined) return {};
  const severity = SEVERITIES[alarm.severity];
  if (severity === undefined) {
    throw new CommandError('SETPOINT_INVALID', `alarm.severity ${alarm.severity} is not one of 0 to 3`);
  }
  return { alarm: { severity, message: alarm.message ?? '' } };
}

/** What of a report was sent. @param sent of a structure Report @throws CommandError SETPOINT_INVALID when a number makes no sense */
export function givenReport(sent: RawFields): GivenReport {
  const report: SentReport = sent;
  const { streamId = '', sequence, state } = report;
  const pick = <K extends keyof SentReport, V>(
    names: readonly K[],
    as: (one: NonNullable<SentReport[K]>) => V,
  ): Partial<Record<K, V>> => {
    const picked: Partial<Record<K, V>> = {};
    for (const name of names) {
      const one = report[name];
      if (one !== undefined) picked[name] = as(one);
    }
    return picked;
  };
  return {
    streamId,
    ...(sequence === undefined ? {} : { sequence: Number(sequence) }),
    ...(state === undefined ? {} : { state }),
    ...pick(TEXTS, (text) => text),
    ...pick(COUNTS, Number),
    ...pick(RATES, (rate) => rate),
    ...givenAlarm(report),
  };
}
