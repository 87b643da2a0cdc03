import type { MemberDescriptor, TypeDescriptor } from 'node-pvxs';
import { PvaError } from './pva-error.js';
import { typedArrayCodes } from './typed-array-codes.js';

/** Data with the PVAccess type that was found for it. */
export interface TypedData {
  readonly type: TypeDescriptor;
  readonly value: unknown;
}

/**
 * The PVAccess type of JSON-like data, the same for each value of a JavaScript type: numbers are float64, bigints
 * int64, Dates strings (ISO 8601), null an empty `any`; arrays are arrays of one type, of structures, or else of `any`.
 * Fields that are undefined are left out.
 * @throws PvaError `PVA_TYPE` for functions and symbols
 */
export function inferType(data: unknown, path = ''): TypedData {
  switch (typeof data) {
    case 'boolean':
      return { type: { code: 'bool' }, value: data };
    case 'number':
      return { type: { code: 'float64' }, value: data };
    case 'bigint':
      return { type: { code: 'int64' }, value: data };
    case 'string':
      return { type: { code: 'string' }, value: data };
    case 'object':
      return data === null ? { type: { code: 'any' }, value: null } : inferObject(data, path);
    default:
      throw new PvaError('PVA_TYPE', `a ${typeof data} can't be sent`, { path });
  }
}

function inferObject(data: object, path: string): TypedData {
  if (data instanceof Date) return { type: { code: 'string' }, value: data.toISOString() };
  if (Array.isArray(data)) return inferArray(data as unknown[], path);
  const code = ArrayBuffer.isView(data) ? typedArrayCodes[data.constructor.name] : undefined;
  if (code) return { type: { code }, value: data };
  const fields = Object.entries(data)
    .filter(([, content]) => content !== undefined)
    .map(([name, content]) => ({ name, ...inferType(content, path ? `${path}.${name}` : name) }));
  const members = fields.map(({ name, type }) => ({ name, ...type }) satisfies MemberDescriptor);
  return {
    type: { code: 'struct', members },
    value: Object.fromEntries(fields.map(({ name, value }) => [name, value])),
  };
}

function inferArray(data: readonly unknown[], path: string): TypedData {
  const elements = data.map((element, index) => inferType(element, `${path}[${index}]`));
  const first = elements[0]?.type;
  if (first && elements.every(({ type }) => sameType(type, first))) {
    if (first.code === 'struct') {
      return { type: { ...first, code: 'struct[]' }, value: elements.map(({ value }) => value) };
    }
    if (first.code === 'bool' || first.code === 'float64' || first.code === 'int64' || first.code === 'string') {
      return { type: { code: `${first.code}[]` }, value: elements.map(({ value }) => value) };
    }
  }
  const contents = elements.map((element) => (element.type.code === 'any' ? null : element));
  return { type: { code: 'any[]' }, value: contents };
}

function sameType(a: TypeDescriptor, b: TypeDescriptor): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
