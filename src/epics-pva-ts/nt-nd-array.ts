import type { MemberDescriptor, ScalarCode } from 'node-pvxs';
import { alarmField } from './alarm.js';
import { fieldCodec } from './field-codec.js';
import type { AnyValue } from './field-type.js';
import { inferType } from './infer-type.js';
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
  readonly description?: string;
  /** 0 driver, 1 parameter, 2 EPICS PV, 3 function: as areaDetector counts. */
  readonly sourceType?: number;
  readonly source?: string;
}

/** NTNDArray as posted. */
export interface NdArrayInput {
  readonly data: NdArrayData;
  /** Sizes, or more; default one dimension of all elements. */
  readonly dimensions?: readonly (number | NdDimension)[] | undefined;
  readonly uniqueId?: number | undefined;
  readonly attributes?: readonly NdAttribute[] | undefined;
  /** How the data is compressed, such as `lz4`; default not at all. */
  readonly codec?: { readonly name: string; readonly parameters?: unknown } | undefined;
  /** Size before compression; default that of the data. */
  readonly uncompressedSizeBytes?: number | undefined;
  /** When the data was taken, ms since the Unix epoch; default now. */
  readonly dataTimeMs?: number | undefined;
}

/** NTNDArray as read. */
export interface NdArray {
  /** Null before the first post. */
  readonly data: NdArrayData | null;
  readonly dimensions: readonly Required<NdDimension>[];
  readonly uniqueId: number;
  readonly attributes: readonly Required<NdAttribute>[];
  readonly codec: string;
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
    codec: { name: codec?.name ?? '', parameters: anyOf(codec?.parameters ?? null) },
    compressedSize: sizeBytes,
    uncompressedSize: input.uncompressedSizeBytes ?? sizeBytes,
    ...(uniqueId === undefined ? {} : { uniqueId }),
    dataTimeStamp: timeStampOf(input.dataTimeMs ?? Date.now()),
    dimension: (input.dimensions ?? [data.length]).map(dimensionOf),
    attribute: attributes.map((attribute) => ({
      name: attribute.name,
      value: anyOf(attribute.value),
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

function anyOf(data: unknown): AnyValue | null {
  return data === null ? null : inferType(data);
}

function decode(fields: RawFields): NdArray {
  const value = fields['value'] as { readonly value: NdArrayData } | null;
  const attributes = fields['attribute'] as readonly (NdAttribute & { descriptor: string; value: AnyValue | null })[];
  return {
    data: value === null ? null : value.value,
    dimensions: fields['dimension'] as NdArray['dimensions'],
    uniqueId: fields['uniqueId'] as number,
    attributes: attributes.map(({ name, value: content, descriptor, sourceType = 0, source = '' }) => ({
      name,
      value: content?.value ?? null,
      description: descriptor,
      sourceType,
      source,
    })),
    codec: (fields['codec'] as { readonly name: string }).name,
    compressedSizeBytes: Number(fields['compressedSize']),
    uncompressedSizeBytes: Number(fields['uncompressedSize']),
    dataTimeMs: timeMsOf(fields['dataTimeStamp'] as TimeStamp),
  };
}
