import type { MemberDescriptor, ScalarCode } from 'node-pvxs';
import { checkOptions, type OptionNames } from './check-options.js';

/** What a client needs to show a value and to limit what is put. */
export interface Metadata {
  readonly description?: string | undefined;
  readonly units?: string | undefined;
  /** Digits after the point. */
  readonly precision?: number | undefined;
  /** Limits of a scale, low and high. */
  readonly displayLimits?: readonly [number, number] | undefined;
  /** Limits of what can be put, low and high. */
  readonly controlLimits?: readonly [number, number] | undefined;
  /** Smallest step of what can be put. */
  readonly minStep?: number | undefined;
}

const METADATA = {
  description: true,
  units: true,
  precision: true,
  displayLimits: true,
  controlLimits: true,
  minStep: true,
} as const satisfies OptionNames<Metadata>;

/** Names in the order of the numbers 0 to 6 of `display.form`. */
const forms = ['Default', 'String', 'Binary', 'Decimal', 'Hex', 'Exponential', 'Engineering'];

/** Members `display` and, for numbers, `control` of a normative type whose value is of this type. */
export function metadataMembers(code: ScalarCode): MemberDescriptor[] {
  const isNumber = code !== 'string' && code !== 'bool';
  const text: MemberDescriptor[] = [
    { name: 'description', code: 'string' },
    { name: 'units', code: 'string' },
  ];
  const form: MemberDescriptor = {
    name: 'form',
    code: 'struct',
    id: 'enum_t',
    members: [
      { name: 'index', code: 'int32' },
      { name: 'choices', code: 'string[]' },
    ],
  };
  if (!isNumber) return [{ name: 'display', code: 'struct', id: 'display_t', members: text }];
  const limits: MemberDescriptor[] = [
    { name: 'limitLow', code },
    { name: 'limitHigh', code },
  ];
  return [
    {
      name: 'display',
      code: 'struct',
      id: 'display_t',
      members: [...limits, ...text, { name: 'precision', code: 'int32' }, form],
    },
    { name: 'control', code: 'struct', id: 'control_t', members: [...limits, { name: 'minStep', code }] },
  ];
}

/** The content of `display` and `control`. Limits of 0 and 0 mean: none. @throws PvaError `PVA_OPTION` */
export function metadataFields(code: ScalarCode, metadata: Metadata): Record<string, unknown> {
  checkOptions('the metadata', metadata, METADATA);
  const isNumber = code !== 'string' && code !== 'bool';
  const { description = '', units = '', precision = 0, displayLimits, controlLimits, minStep } = metadata;
  if (!isNumber) return { display: { description, units } };
  return {
    display: { ...limitsOf(displayLimits), description, units, precision, form: { index: 0, choices: forms } },
    control: { ...limitsOf(controlLimits), ...(minStep === undefined ? {} : { minStep }) },
  };
}

function limitsOf(limits: readonly [number, number] | undefined): Record<string, number> {
  return limits ? { limitLow: limits[0], limitHigh: limits[1] } : {};
}
