import type { MemberDescriptor, ScalarCode } from 'node-pvxs';
import { alarmField } from './alarm.js';
import { fieldCodec } from './field-codec.js';
import type { AnyValue } from './field-type.js';
import { inferType } from './infer-type.js';
import { ndAny, ndContent, type NdType } from './nd-any.js';
import type { PvType, RawFields } from './pv-type.js';
import { timeMsOf, type TimeStamp, timeStampOf, timeStampType } from './time-stamp.js';

/** The elements of an image: one type, any number of dimensions. */
export type NdArrayData =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array
  | readonly boolean[];

/** One dimension of an array, fastest first; all but `size` describe the region of the detector. */
export interface NdDimension {
  readonly size: number;
  readonly offset?: number;
  readonly fullSize?: number;
  readonly binning?: number;
  readonly reverse?: boolean;
}

/** An attribute of an array. */
export interface NdAttribute {
  readonly name: string;
  /** Any JSON-like data, or null. */
  readonly value: unknown;
  /** Default: as of a call's arguments, float64 for a number; int32 for areaDetector's ColorMode and BayerPattern, which
   * its clients take for that. */
  readonly type?: NdType | undefined;
  readonly description?: string;
  /** 0 driver, 1 parameter, 2 EPICS PV, 3 function: as areaDetector counts. */
  readonly sourceType?: number;
  readonly source?: string;
}

/** How data is compressed. */
export interface NdCodec {
  /** Such as `lz4`; empty: not at all. */
  readonly name: string;
  /** Any JSON-like data, or null. */
  readonly parameters?: unknown;
  /** The type of the parameters; default int32 for a whole number, as in areaDetector. */
  readonly type?: NdType | undefined;
}

/** NTNDArray as posted. */
export interface NdArrayInput {
  readonly data: NdArrayData;
  /** Sizes, or more; default one dimension of all elements. */
  readonly dimensions?: readonly (number | NdDimension)[] | undefined;
  readonly uniqueId?: number | undefined;
  readonly attributes?: readonly NdAttribute[] | undefined;
  /** Default: not compressed. */
  readonly codec?: NdCodec | undefined;
  /** Size before compression; default that of the data. */
  readonly uncompressedSizeBytes?: number | undefined;
  /** When the data was taken, ms since the Unix epoch; default now. */
  readonly dataTimeMs?: number | undefined;
}

/** NTNDArray as read. An attribute or dimension that is null is left out. */
export interface NdArray {
  /** Null before the first post. */
  readonly data: NdArrayData | null;
  readonly dimensions: readonly Required<NdDimension>[];
  readonly uniqueId: number;
  /** Their `type` is undefined for null and for structures. */
  readonly attributes: readonly Required<NdAttribute>[];
  readonly codec: Required<NdCodec>;
  readonly compressedSizeBytes: number;
  readonly uncompressedSizeBytes: number;
  readonly dataTimeMs: number;
}

const selectors: Readonly<Record<string, string>> = {
  'bool[]': 'booleanValue',
  'int8[]': 'byteValue',
  'int16[]': 'shortValue',
  'int32[]': 'intValue',
  'int64[]': 'longValue',
  'uint8[]': 'ubyteValue',
  'uint16[]': 'ushortValue',
  'uint32[]': 'uintValue',
  'uint64[]': 'ulongValue',
  'float32[]': 'floatValue',
  'float64[]': 'doubleValue',
};

const union = Object.entries(selectors).map(
  ([code, name]) => ({ name, code: code as `${ScalarCode}[]` }) satisfies MemberDescriptor,
);

/** Attributes that areaDetector posts, and its clients take, as int32. */
const INT_ATTRIBUTES: ReadonlySet<string> = new Set(['ColorMode', 'BayerPattern']);

const alarm = { name: 'alarm', ...fieldCodec(alarmField).descriptor };

const members: readonly MemberDescriptor[] = [
  { name: 'value', code: 'union', members: union },
  {
    name: 'codec',
    code: 'struct',
    id: 'codec_t',
    members: [
      { name: 'name', code: 'string' },
      { name: 'parameters', code: 'any' },
    ],
  },
  { name: 'compressedSize', code: 'int64' },
  { name: 'uncompressedSize', code: 'int64' },
  { name: 'uniqueId', code: 'int32' },
  { name: 'dataTimeStamp', ...timeStampType },
  alarm,
  { name: 'timeStamp', ...timeStampType },
  {
    name: 'dimension',
    code: 'struct[]',
    id: 'dimension_t',
    members: [
      { name: 'size', code: 'int32' },
      { name: 'offset', code: 'int32' },
      { name: 'fullSize', code: 'int32' },
      { name: 'binning', code: 'int32' },
      { name: 'reverse', code: 'bool' },
    ],
  },
  {
    name: 'attribute',
    code: 'struct[]',
    id: 'epics:nt/NTAttribute:1.0',
    members: [
      { name: 'name', code: 'string' },
      { name: 'value', code: 'any' },
      { name: 'tags', code: 'string[]' },
      { name: 'descriptor', code: 'string' },
      alarm,
      { name: 'timestamp', ...timeStampType },
      { name: 'sourceType', code: 'int32' },
      { name: 'source', code: 'string' },
    ],
  },
];

/** NTNDArray: an image, or data of any dimensions. */
export function ntNdArray(): PvType<NdArray, NdArrayInput> {
  return {
    descriptor: { code: 'struct', id: 'epics:nt/NTNDArray:1.0', members },
    initial: { codec: { name: '' } },
    encoder: () => encode,
    decode,
  };
}

function encode(input: NdArrayInput): RawFields {
  const { data, uniqueId, attributes = [], codec } = input;
  const sizeBytes = ArrayBuffer.isView(data) ? data.byteLength : data.length;
  const type = ArrayBuffer.isView(data) ? inferType(data).type.code : 'bool[]';
  return {
    value: { selector: selectors[type], value: data },
    codec: { name: codec?.name ?? '', parameters: ndAny(codec?.parameters, codec?.type, true) },
    compressedSize: sizeBytes,
    uncompressedSize: input.uncompressedSizeBytes ?? sizeBytes,
    ...(uniqueId === undefined ? {} : { uniqueId }),
    dataTimeStamp: timeStampOf(input.dataTimeMs ?? Date.now()),
    dimension: (input.dimensions ?? [data.length]).map(dimensionOf),
    attribute: attributes.map((attribute) => ({
      name: attribute.name,
      value: ndAny(attribute.value, attribute.type, INT_ATTRIBUTES.has(attribute.name)),
      descriptor: attribute.description ?? '',
      sourceType: attribute.sourceType ?? 0,
      source: attribute.source ?? '',
    })),
  };
}

function dimensionOf(given: number | NdDimension): Required<NdDimension> {
  const {
    size,
    offset = 0,
    fullSize = size,
    binning = 1,
    reverse = false,
  } = typeof given === 'number' ? { size: given } : given;
  return { size, offset, fullSize, binning, reverse };
}

interface Content {
  readonly value: { readonly value: NdArrayData } | null;
  readonly codec?: { readonly name?: string; readonly parameters?: AnyValue | null };
  readonly compressedSize?: bigint;
  readonly uncompressedSize?: bigint;
  readonly uniqueId?: number;
  readonly dataTimeStamp?: TimeStamp;
  readonly dimension?: readonly (NdDimension | null)[];
  readonly attribute?: readonly ({
    readonly name: string;
    readonly value: AnyValue | null;
    readonly descriptor?: string;
    readonly sourceType?: number;
    readonly source?: string;
  } | null)[];
}

function decode(fields: RawFields): NdArray {
  const content = fields as unknown as Content;
  const { codec, dataTimeStamp, dimension = [], attribute = [] } = content;
  const { value: parameters, type } = ndContent(codec?.parameters);
  return {
    data: content.value === null ? null : content.value.value,
    dimensions: dimension.filter((one) => one !== null).map(dimensionOf),
    uniqueId: content.uniqueId ?? 0,
    attributes: attribute
      .filter((one) => one !== null)
      .map(({ name, value, descriptor = '', sourceType = 0, source = '' }) => {
        return { name, ...ndContent(value), description: descriptor, sourceType, source };
      }),
    codec: { name: codec?.name ?? '', parameters, type },
    compressedSizeBytes: Number(content.compressedSize ?? 0),
    uncompressedSizeBytes: Number(content.uncompressedSize ?? 0),
    dataTimeMs: dataTimeStamp ? timeMsOf(dataTimeStamp) : 0,
  };
}
