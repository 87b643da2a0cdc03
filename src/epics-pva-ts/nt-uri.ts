import { inferType } from './infer-type.js';
import type { PvType } from './pv-type.js';
import { typed, type TypedValue } from './typed-value.js';

/** Arguments of a call by name, any JSON-like data. */
export type UriQuery = Readonly<Record<string, unknown>>;

/**
 * NTURI, the arguments of a call. The types of the arguments are those of the data: a number is a float64, a bigint an
 * int64, a typed array an array of its type.
 * @param path name of the PV to call
 */
export function ntUri(path: string, query: UriQuery): TypedValue {
  const inferred = inferType(query);
  const type: PvType<UriQuery, unknown> = {
    descriptor: {
      code: 'struct',
      id: 'epics:nt/NTURI:1.0',
      members: [
        { name: 'scheme', code: 'string' },
        { name: 'authority', code: 'string' },
        { name: 'path', code: 'string' },
        { name: 'query', ...inferred.type },
      ],
    },
    initial: { scheme: 'pva', path },
    encoder: () => (given) => ({ query: given }),
    decode: (fields) => fields['query'] as UriQuery,
  };
  return typed(type, inferred.value);
}
