import { alarmField } from './alarm.js';
import { fieldCodec } from './field-codec.js';
import type { PvType } from './pv-type.js';
import { PvaError } from './pva-error.js';
import { timeStampType } from './time-stamp.js';

/** An enum as read. */
export interface EnumValue<Choice extends string = string> {
  readonly index: number;
  /** Empty when the index is none of the choices. */
  readonly label: Choice | '';
}

/** An enum as posted: a label, an index, or with two choices a boolean. */
export type EnumInput<Choice extends string = string> = Choice | number | boolean | EnumValue<Choice>;

/**
 * NTEnum. Booleans are best served as one of two choices, `ntEnum(['No', 'Yes'])`: all clients know enums.
 * @param choices labels in the order of their indices
 */
export function ntEnum<const Choice extends string>(
  choices: readonly Choice[],
): PvType<EnumValue<Choice>, EnumInput<Choice>> {
  return {
    descriptor: {
      code: 'struct',
      id: 'epics:nt/NTEnum:1.0',
      members: [
        {
          name: 'value',
          code: 'struct',
          id: 'enum_t',
          members: [
            { name: 'index', code: 'int32' },
            { name: 'choices', code: 'string[]' },
          ],
        },
        { name: 'alarm', ...fieldCodec(alarmField).descriptor },
        { name: 'timeStamp', ...timeStampType },
        { name: 'display', code: 'struct', id: 'display_t', members: [{ name: 'description', code: 'string' }] },
      ],
    },
    initial: { value: { index: 0, choices } },
    encoder: () => (input) => ({ value: { index: indexOf(choices, input) } }),
    decode: (fields) => {
      const { index } = fields['value'] as { readonly index: number };
      return { index, label: choices[index] ?? '' };
    },
    checkPut: (fields, changed) => {
      if (changed.includes('value.choices')) {
        throw new PvaError('PVA_TYPE', "the choices can't be put", { path: 'value.choices' });
      }
      const after = fields['value'] as { readonly index: number; readonly choices: readonly string[] };
      indexOf(after.choices, after.index);
    },
  };
}

function indexOf<Choice extends string>(choices: readonly Choice[], input: EnumInput<Choice>): number {
  const index = toIndex(choices, input);
  if (Number.isInteger(index) && index >= 0 && index < choices.length) return index;
  const given = typeof input === 'object' ? input.index : input;
  throw new PvaError('PVA_TYPE', `${JSON.stringify(given)} is none of the choices ${choices.join(', ')}`, {
    path: 'value.index',
  });
}

function toIndex<Choice extends string>(choices: readonly Choice[], input: EnumInput<Choice>): number {
  if (typeof input === 'string') return choices.indexOf(input);
  return typeof input === 'object' ? input.index : Number(input);
}
