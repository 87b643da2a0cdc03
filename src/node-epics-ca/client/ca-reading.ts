import { SAMPLE_FIELDS } from './native.js';
import type { NativeMetadata } from './native.js';
import type { CaValue } from './ca-value.js';

/** A pair of limits; the server says 0 and 0, or NaN, when none are set. */
export interface CaRange {
  readonly low: number;
  readonly high: number;
}

export interface CaLimits {
  readonly display: CaRange;
  readonly alarm: CaRange;
  readonly warning: CaRange;
  readonly control: CaRange;
}

/** A value with alarm and time. */
export interface CaReading<V extends CaValue = CaValue> {
  readonly value: V;
  /** 0 none, 1 MINOR, 2 MAJOR, 3 INVALID. */
  readonly severity: number;
  /** epicsAlarmCondition: 0 none, 3 HIHI, 17 UDF and so on. */
  readonly status: number;
  /** The server's time stamp, milliseconds since the Unix epoch, with fractions. */
  readonly timeMs: number;
  /** Label of `value`, for an enum read natively; missing when the server has no label for it. */
  readonly label?: string;
  readonly units?: string;
  /** Digits after the point, for display. */
  readonly precision?: number;
  readonly limits?: CaLimits;
  /** All labels of an enum. */
  readonly states?: readonly string[];
}

/** How the fields of a native sample become a reading. */
export interface SampleDecoder<V extends CaValue> {
  readonly toValue: (raw: CaValue) => V;
  /** Labels to name an enum's index with, when it shall be named. */
  readonly states?: (() => readonly string[]) | undefined;
}

/** Reads the sample that starts at an index of a flat array. */
export function decodeSample<V extends CaValue>(
  fields: readonly unknown[],
  index: number,
  decoder: SampleDecoder<V>,
): CaReading<V> {
  const value = decoder.toValue(fields[index] as CaValue);
  const reading = {
    value,
    status: fields[index + 1] as number,
    severity: fields[index + 2] as number,
    timeMs: fields[index + 3] as number,
  };
  const label = decoder.states && typeof value === 'number' ? decoder.states()[value] : undefined;
  return label === undefined ? reading : { ...reading, label };
}

/** The metadata of a DBR_CTRL sample. */
export function metadataOfSample(fields: readonly unknown[]): NativeMetadata | null {
  return fields[SAMPLE_FIELDS - 1] as NativeMetadata | null;
}

/** Adds to a reading what its type has of units, precision, limits and states. */
export function addMetadata<V extends CaValue>(
  reading: CaReading<V>,
  { units, precision, limits, states }: NativeMetadata,
): CaReading<V> {
  const [displayLow, displayHigh, alarmLow, alarmHigh, warningLow, warningHigh, controlLow, controlHigh] = limits as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    ...reading,
    ...(limits.length === 0
      ? {}
      : {
          units,
          limits: {
            display: { low: displayLow, high: displayHigh },
            alarm: { low: alarmLow, high: alarmHigh },
            warning: { low: warningLow, high: warningHigh },
            control: { low: controlLow, high: controlHigh },
          },
        }),
    ...(precision < 0 ? {} : { precision }),
    ...(states.length === 0 ? {} : { states }),
  };
}
