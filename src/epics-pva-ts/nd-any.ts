import type { PlainType, TypeDescriptor } from 'node-pvxs';
import type { AnyValue } from './field-type.js';
import { inferType } from './infer-type.js';

/** The type of an attribute of an array, or of the parameters of its codec. */
export type NdType = Exclude<PlainType['code'], 'any' | 'any[]'>;

/** An `any` with data of a type, by default the one found for it; `prefersInt`: int32 for a number that is one. */
export function ndAny(data: unknown, type: NdType | undefined, prefersInt: boolean): AnyValue | null {
  if (data === null || data === undefined) return null;
  if (type !== undefined) return { type: { code: type }, value: data };
  const isInt = typeof data === 'number' && (data | 0) === data;
  return prefersInt && isInt ? { type: { code: 'int32' }, value: data } : inferType(data);
}

/** What an `any` holds; the type is undefined for null, and for what is no scalar and no array of scalars. */
export function ndContent(any: AnyValue | null | undefined): { value: unknown; type: NdType | undefined } {
  return { value: any?.value ?? null, type: any && isPlain(any.type) ? any.type.code : undefined };
}

function isPlain(type: TypeDescriptor): type is { readonly code: NdType } {
  return !('members' in type) && type.code !== 'any' && type.code !== 'any[]';
}
