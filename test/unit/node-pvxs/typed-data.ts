import fc from 'fast-check';
import type { ScalarCode, TypeDescriptor } from 'node-pvxs';

/** A type and data that fits it, exactly as it must come back. */
export interface TypedData {
  readonly type: TypeDescriptor;
  readonly data: unknown;
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: 'binary-ascii', maxLength: 8 }),
);

const scalars: Readonly<Record<ScalarCode, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  int8: fc.integer({ min: -(2 ** 7), max: 2 ** 7 - 1 }),
  int16: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  uint8: fc.integer({ min: 0, max: 2 ** 8 - 1 }),
  uint16: fc.integer({ min: 0, max: 2 ** 16 - 1 }),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  float32: fc.float(),
  float64: fc.double(),
  string: text,
};

const arrays: Readonly<Record<ScalarCode, fc.Arbitrary<unknown>>> = {
  bool: fc.array(fc.boolean()),
  int8: fc.int8Array(),
  int16: fc.int16Array(),
  int32: fc.int32Array(),
  int64: fc.bigInt64Array(),
  uint8: fc.uint8Array(),
  uint16: fc.uint16Array(),
  uint32: fc.uint32Array(),
  uint64: fc.bigUint64Array(),
  float32: fc.float32Array(),
  float64: fc.float64Array(),
  string: fc.array(text, { maxLength: 5 }),
};

const codes = Object.keys(scalars) as ScalarCode[];

const scalar: fc.Arbitrary<TypedData> = fc
  .constantFrom(...codes)
  .chain((code) => scalars[code].map((data) => ({ type: { code }, data })));

const array: fc.Arbitrary<TypedData> = fc
  .constantFrom(...codes)
  .chain((code) => arrays[code].map((data) => ({ type: { code: `${code}[]` as const }, data })));

const names = fc.uniqueArray(fc.constantFrom('a', 'b_1', 'value', 'Z', 'type', 'next', 'x9'), {
  minLength: 1,
  maxLength: 4,
});

function structureOf(field: fc.Arbitrary<TypedData>): fc.Arbitrary<TypedData> {
  return names.chain((list) =>
    fc.tuple(fc.constantFrom('', 'test:t/X:1.0'), ...list.map(() => field)).map(([id, ...fields]) => ({
      type: { code: 'struct', id, members: fields.map(({ type }, i) => ({ name: list[i] ?? '', ...type })) },
      data: Object.fromEntries<unknown>(fields.map(({ data }, i) => [list[i] ?? '', data])),
    })),
  );
}

// Members of different types: pvxs finds a union's member again by its type.
const union: fc.Arbitrary<TypedData> = fc
  .record({
    members: fc.record({ i: scalars.int32, s: text, d: arrays.float64 }),
    selector: fc.constantFrom('i', 's', 'd', null),
  })
  .map(({ members, selector }): TypedData => ({
    type: {
      code: 'union',
      id: '',
      members: [
        { name: 'i', code: 'int32' },
        { name: 's', code: 'string' },
        { name: 'd', code: 'float64[]' },
      ],
    },
    data: selector === null ? null : { selector, value: members[selector] },
  }));

const { field } = fc.letrec<{ field: TypedData; structure: TypedData }>((tie) => ({
  field: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    array,
    union,
    arrayOf(union),
    tie('structure'),
    tie('structure').chain(({ type, data }) =>
      fc.array(fc.constantFrom(data, null), { maxLength: 3 }).map((list) => ({
        type: { ...type, code: 'struct[]' } as TypeDescriptor,
        data: list,
      })),
    ),
    // What pvxs can copy in an any; an array of any takes more.
    fc.option(fc.oneof(scalar, array, tie('structure').filter(isSelected))).map((content) => ({
      type: { code: 'any' } as const,
      data: anyOf(content),
    })),
    fc.array(fc.option(tie('field').filter(({ type }) => type.code !== 'any')), { maxLength: 3 }).map((list) => ({
      type: { code: 'any[]' } as const,
      data: list.map(anyOf),
    })),
  ),
  structure: structureOf(tie('field')),
}));

// pvxs can't copy a structure in an any that has a union without a selected member.
function isSelected({ type, data }: TypedData): boolean {
  if (type.code === 'union') return data !== null;
  if (type.code !== 'struct') return true;
  const fields = data as Readonly<Record<string, unknown>>;
  return type.members.every((member) => isSelected({ type: member, data: fields[member.name] }));
}

function arrayOf(unions: fc.Arbitrary<TypedData>): fc.Arbitrary<TypedData> {
  return fc.array(unions, { minLength: 1, maxLength: 3 }).map((list) => ({
    type: { ...list[0]?.type, code: 'union[]' } as TypeDescriptor,
    data: list.map(({ data }) => data),
  }));
}

function anyOf(content: TypedData | null): unknown {
  return content && { type: content.type, value: content.data };
}

/** Any type with data. */
export const typedData: fc.Arbitrary<TypedData> = field;

/** Any structure with data. */
export const typedStructure: fc.Arbitrary<TypedData> = structureOf(field);
