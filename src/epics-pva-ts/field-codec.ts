import type { CompositeCode, CompositeType, MemberDescriptor, TypeDescriptor } from 'node-pvxs';
import type { Fields, FieldType } from './field-type.js';
import { timeMsOf, type TimeStamp, timeStampOf, timeStampType } from './time-stamp.js';

type Convert = (data: unknown) => unknown;

/** How data of a field type crosses to node-pvxs. null: as it is. */
export interface FieldCodec {
  readonly descriptor: TypeDescriptor;
  readonly encode: Convert | null;
  readonly decode: Convert | null;
}

type Direction = 'encode' | 'decode';
type Selected = { selector: string; value: unknown } | null;

/** The codec of a structure with these fields. */
export function structureCodec(id: string, fields: Fields): FieldCodec & { readonly descriptor: CompositeType } {
  const codecs = codecsOf(fields);
  return {
    descriptor: { code: 'struct', id, members: membersOf(codecs) },
    encode: convertFields(codecs, 'encode'),
    decode: convertFields(codecs, 'decode'),
  };
}

/** The codec of a field type. */
export function fieldCodec(type: FieldType): FieldCodec {
  if (typeof type === 'string') return { descriptor: { code: type }, encode: null, decode: null };
  if (type.code === 'timeStamp') {
    return {
      descriptor: timeStampType,
      encode: (time) => timeStampOf(time as number),
      decode: (timeStamp) => timeMsOf(timeStamp as TimeStamp),
    };
  }
  if (type.code === 'struct') return structureCodec(type.id ?? '', type.fields);
  const codecs = codecsOf(type.fields);
  return {
    descriptor: { code: type.code, id: type.id ?? '', members: membersOf(codecs) },
    encode: convertComposite(type.code, codecs, 'encode'),
    decode: convertComposite(type.code, codecs, 'decode'),
  };
}

function codecsOf(fields: Fields): ReadonlyMap<string, FieldCodec> {
  return new Map(Object.entries(fields).map(([name, type]) => [name, fieldCodec(type)]));
}

function membersOf(codecs: ReadonlyMap<string, FieldCodec>): MemberDescriptor[] {
  return [...codecs].map(([name, codec]) => ({ name, ...codec.descriptor }));
}

function convertFields(codecs: ReadonlyMap<string, FieldCodec>, direction: Direction): Convert | null {
  const converts = [...codecs].flatMap(([name, codec]) => {
    const convert = codec[direction];
    return convert ? [{ name, convert }] : [];
  });
  if (converts.length === 0) return null;
  return (data) => {
    const result: Record<string, unknown> = { ...(data as object) };
    for (const { name, convert } of converts) {
      if (result[name] !== undefined) result[name] = convert(result[name]);
    }
    return result;
  };
}

function convertComposite(
  code: CompositeCode,
  codecs: ReadonlyMap<string, FieldCodec>,
  direction: Direction,
): Convert | null {
  const convert = code === 'struct[]' ? convertFields(codecs, direction) : convertSelected(codecs, direction);
  if (convert === null || code === 'union') return convert;
  return (data) => (data as readonly unknown[]).map((element) => (element === null ? null : convert(element)));
}

function convertSelected(codecs: ReadonlyMap<string, FieldCodec>, direction: Direction): Convert | null {
  if ([...codecs.values()].every((codec) => codec[direction] === null)) return null;
  return (data) => {
    const selected = data as Selected;
    const convert = selected && codecs.get(selected.selector)?.[direction];
    return selected && convert ? { selector: selected.selector, value: convert(selected.value) } : selected;
  };
}
