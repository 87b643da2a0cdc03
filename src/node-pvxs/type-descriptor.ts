/** The scalar types of PVAccess. */
export type ScalarCode =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'string';

/** The types that have members. */
export type CompositeCode = 'struct' | 'union' | 'struct[]' | 'union[]';

/** A PVAccess type without members. */
export interface PlainType {
  readonly code: ScalarCode | `${ScalarCode}[]` | 'any' | 'any[]';
}

/** A structure or union, or an array of them; `id` is its type id, such as `epics:nt/NTScalar:1.0`. */
export interface CompositeType {
  readonly code: CompositeCode;
  readonly id?: string;
  readonly members: readonly MemberDescriptor[];
}

/** The JSON form of a pvxs TypeDef. */
export type TypeDescriptor = PlainType | CompositeType;

/** A named member of a structure or union. */
export type MemberDescriptor = TypeDescriptor & { readonly name: string };
