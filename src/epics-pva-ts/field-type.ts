import type { ScalarCode, TypeDescriptor } from 'node-pvxs';

/** Named fields of a structure, or members of a union. */
export type Fields = Readonly<Record<string, FieldType>>;

/** A structure (or array of them) as a field. */
export interface StructureField<F extends Fields = Fields> {
  readonly code: 'struct';
  /** Type id; empty for a plain structure. */
  readonly id?: string;
  readonly fields: F;
}
export interface StructureArrayField<F extends Fields = Fields> {
  readonly code: 'struct[]';
  readonly id?: string;
  readonly fields: F;
}

/** One of several members, or none. No two members may be of one type: pvxs couldn't tell them apart in a copy. */
export interface UnionField<F extends Fields = Fields> {
  readonly code: 'union';
  readonly id?: string;
  readonly fields: F;
}
export interface UnionArrayField<F extends Fields = Fields> {
  readonly code: 'union[]';
  readonly id?: string;
  readonly fields: F;
}

/** A `time_t`, milliseconds since the Unix epoch in TypeScript. */
export interface TimeStampField {
  readonly code: 'timeStamp';
}

/** The type of a field: a code such as `'float64[]'`, or an object for what has fields itself. */
export type FieldType =
  | ScalarCode
  | `${ScalarCode}[]`
  | 'any'
  | 'any[]'
  | StructureField
  | StructureArrayField
  | UnionField
  | UnionArrayField
  | TimeStampField;

/** Content of an `any` field. */
export interface AnyValue {
  readonly type: TypeDescriptor;
  readonly value: unknown;
}

interface ValueByCode {
  bool: boolean;
  int8: number;
  int16: number;
  int32: number;
  int64: bigint;
  uint8: number;
  uint16: number;
  uint32: number;
  uint64: bigint;
  float32: number;
  float64: number;
  string: string;
  'bool[]': readonly boolean[];
  'int8[]': Int8Array;
  'int16[]': Int16Array;
  'int32[]': Int32Array;
  'int64[]': BigInt64Array;
  'uint8[]': Uint8Array;
  'uint16[]': Uint16Array;
  'uint32[]': Uint32Array;
  'uint64[]': BigUint64Array;
  'float32[]': Float32Array;
  'float64[]': Float64Array;
  'string[]': readonly string[];
  any: AnyValue | null;
  'any[]': readonly (AnyValue | null)[];
}

type NumberArray = readonly number[] | Exclude<ValueByCode[`${ScalarCode}[]`], readonly string[] | readonly boolean[]>;

type InputByCode = Omit<ValueByCode, 'int64' | 'uint64' | 'bool[]'> & {
  int64: bigint | number;
  uint64: bigint | number;
  'bool[]': readonly boolean[] | Uint8Array;
};

/** What is read from a field: bigint for 64 bits, typed arrays for numbers, objects for structures. */
export type ValueOf<T extends FieldType> = T extends keyof ValueByCode
  ? ValueByCode[T]
  : T extends TimeStampField
    ? number
    : T extends StructureField<infer F>
      ? StructureValue<F>
      : T extends StructureArrayField<infer F>
        ? readonly (StructureValue<F> | null)[]
        : T extends UnionField<infer F>
          ? UnionValue<F>
          : T extends UnionArrayField<infer F>
            ? readonly UnionValue<F>[]
            : never;

/** What a field takes: {@link ValueOf}, and also numbers for 64 bits, any numbers for a numeric array, part of a structure. */
export type InputOf<T extends FieldType> = T extends `${Exclude<ScalarCode, 'string' | 'bool'>}[]`
  ? NumberArray | readonly bigint[]
  : T extends keyof InputByCode
    ? InputByCode[T]
    : T extends TimeStampField
      ? number
      : T extends StructureField<infer F>
        ? StructureInput<F>
        : T extends StructureArrayField<infer F>
          ? readonly (StructureInput<F> | null)[]
          : T extends UnionField<infer F>
            ? UnionInput<F>
            : T extends UnionArrayField<infer F>
              ? readonly UnionInput<F>[]
              : never;

/** All fields of a structure. */
export type StructureValue<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };
/** Some fields of a structure; the others stay as they are. */
export type StructureInput<F extends Fields> = { readonly [K in keyof F]?: InputOf<F[K]> | undefined };
/** The selected member of a union, or null. */
export type UnionValue<F extends Fields> =
  { [K in keyof F & string]: { readonly selector: K; readonly value: ValueOf<F[K]> } }[keyof F & string] | null;
export type UnionInput<F extends Fields> =
  { [K in keyof F & string]: { readonly selector: K; readonly value: InputOf<F[K]> } }[keyof F & string] | null;
