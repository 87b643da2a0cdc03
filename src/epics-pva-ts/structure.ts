import { structureCodec } from './field-codec.js';
import type { Fields, StructureField, StructureInput, StructureValue } from './field-type.js';
import type { PvType, RawFields } from './pv-type.js';

/** A structure of any fields: the type of a PV, or of a field in another structure. */
export interface Structure<F extends Fields>
  extends PvType<StructureValue<F>, StructureInput<F>>, Required<StructureField<F>> {}

/**
 * A free structure.
 * @param definition `id`: its type id, default none; `fields`: types by name, such as
 *   `{ sequence: 'uint32', alarm: alarmField, timeStamp: timeStampField }`
 */
export function structure<const F extends Fields>(definition: {
  readonly id?: string;
  readonly fields: F;
}): Structure<F> {
  const id = definition.id ?? '';
  const codec = structureCodec(id, definition.fields);
  return {
    code: 'struct',
    id,
    fields: definition.fields,
    descriptor: codec.descriptor,
    initial: {},
    encoder: () => (input) => (codec.encode ? codec.encode(input) : input) as RawFields,
    decode: (fields) => (codec.decode ? codec.decode(fields) : fields) as StructureValue<F>,
  };
}
