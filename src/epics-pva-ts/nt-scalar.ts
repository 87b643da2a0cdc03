import type { ScalarCode } from 'node-pvxs';
import { alarmField } from './alarm.js';
import { type Metadata, metadataFields, metadataMembers } from './display.js';
import { fieldCodec } from './field-codec.js';
import type { InputOf, ValueOf } from './field-type.js';
import type { PvType } from './pv-type.js';
import { timeStampType } from './time-stamp.js';

/** NTScalar. Serve booleans by ntEnum: Phoebus and ophyd don't know a PV of type bool everywhere. */
export function ntScalar<const C extends ScalarCode>(code: C, metadata: Metadata = {}): PvType<ValueOf<C>, InputOf<C>> {
  return valueType('epics:nt/NTScalar:1.0', code, code, metadata);
}

/** NTScalarArray. */
export function ntScalarArray<const C extends ScalarCode>(
  code: C,
  metadata: Metadata = {},
): PvType<ValueOf<`${C}[]`>, InputOf<`${C}[]`>> {
  return valueType('epics:nt/NTScalarArray:1.0', code, `${code}[]`, metadata);
}

function valueType<Value, Input>(
  id: string,
  code: ScalarCode,
  valueCode: ScalarCode | `${ScalarCode}[]`,
  metadata: Metadata,
): PvType<Value, Input> {
  const members = [
    { name: 'value', code: valueCode },
    { name: 'alarm', ...fieldCodec(alarmField).descriptor },
    { name: 'timeStamp', ...timeStampType },
    ...metadataMembers(code),
  ];
  return {
    descriptor: { code: 'struct', id, members },
    initial: metadataFields(code, metadata),
    encoder: () => (value) => ({ value }),
    decode: (fields) => fields['value'] as Value,
  };
}
