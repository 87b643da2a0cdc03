import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { type NativeError, pvxs, type TypeDescriptor, type ValueHandle } from 'node-pvxs';
import t from 'tap';
import { typedData } from './typed-data.js';

function valueOf(type: TypeDescriptor, data: unknown): ValueHandle {
  const value = pvxs.valueCreate(type);
  pvxs.valueAssign(value, data);
  return value;
}

function errorOf(call: () => unknown): NativeError {
  try {
    call();
  } catch (error) {
    return error as NativeError;
  }
  throw new Error('nothing was thrown');
}

function withIds(type: TypeDescriptor): unknown {
  return pvxs.valueType(pvxs.valueCreate(type));
}

const everything: TypeDescriptor = {
  code: 'struct',
  members: [
    { name: 'i', code: 'int32' },
    { name: 'big', code: 'int64' },
    { name: 'list', code: 'float64[]' },
    {
      name: 'inner',
      code: 'struct',
      members: [
        { name: 'text', code: 'string' },
        { name: 'b', code: 'bool' },
      ],
    },
    { name: 'u', code: 'union', members: [{ name: 'n', code: 'uint8' }] },
    { name: 'rows', code: 'struct[]', members: [{ name: 'x', code: 'uint16' }] },
    { name: 'flags', code: 'bool[]' },
    { name: 'names', code: 'string[]' },
    { name: 'single', code: 'float32' },
    { name: 'singles', code: 'float32[]' },
  ],
};

await t.test('data of any type comes back as it was given, with its type', (t) => {
  fc.assert(
    fc.property(typedData, ({ type, data }) => {
      const value = valueOf(type, data);
      deepStrictEqual(pvxs.valueToJs(value, false), data);
      deepStrictEqual(pvxs.valueToJs(valueOf(pvxs.valueType(value), data), false), data);
    }),
    { numRuns: 1000 },
  );
  t.end();
});

await t.test('only the fields given are assigned and marked', (t) => {
  const value = valueOf(everything, { i: 1, inner: { text: 'a' }, list: undefined });
  t.same(pvxs.valueMarked(value), ['i', 'inner.text']);
  t.same(pvxs.valueToJs(value, true), { i: 1, inner: { text: 'a' } });
  pvxs.valueAssign(value, { 'inner.b': true });
  t.same(pvxs.valueMarked(value), ['i', 'inner.text', 'inner.b']);
  pvxs.valueMark(value, 'i', false);
  t.same(pvxs.valueToJs(value, true), { inner: { text: 'a', b: true } });
  pvxs.valueMark(value, '', false);
  t.same(pvxs.valueMarked(value), []);
  pvxs.valueMark(value, 'inner', true);
  t.same(pvxs.valueMarked(value), ['inner.text', 'inner.b'], 'a marked structure means all of its fields');
  t.end();
});

await t.test('what does not fit is refused with the path of the field', (t) => {
  const cases: readonly (readonly [unknown, string])[] = [
    [{ i: 1.5 }, 'i'],
    [{ i: 2 ** 31 }, 'i'],
    [{ i: 1n }, 'i'],
    [{ i: NaN }, 'i'],
    [{ i: '1' }, 'i'],
    [{ big: 2n ** 63n }, 'big'],
    [{ big: 2 ** 53 }, 'big'],
    [{ list: ['a'] }, 'list[0]'],
    [{ list: [1, 2n] }, 'list[1]'],
    [{ list: 1 }, 'list'],
    [{ inner: { text: 1 } }, 'inner.text'],
    [{ inner: { b: 1 } }, 'inner.b'],
    [{ inner: null }, 'inner'],
    [{ inner: [] }, 'inner'],
    [{ u: { selector: 'none', value: 1 } }, 'u'],
    [{ u: { selector: 'n', value: 256 } }, 'u.n'],
    [{ u: 5 }, 'u'],
    [{ single: 1e39 }, 'single'],
    [{ singles: [0, -1e39] }, 'singles[1]'],
    [{ singles: Float64Array.of(1e39) }, 'singles[0]'],
    [{ rows: [{ x: 1 }, { x: -1 }] }, 'rows[1].x'],
    [{ rows: [{ y: 1 }] }, 'rows[0].y'],
    [{ flags: [1] }, 'flags[0]'],
    [{ names: ['a', null] }, 'names[1]'],
    [{ nowhere: 1 }, 'nowhere'],
    [{ 'inner<': 1 }, 'inner<'],
    [{ 'u->n': 1 }, 'u->n'],
  ];
  for (const [data, path] of cases) {
    const error = errorOf(() => valueOf(everything, data));
    t.match({ code: error.code, path: error.path }, { code: 'PVA_TYPE', path }, path);
  }
  t.end();
});

await t.test('numeric arrays take any typed array or numbers, checked', (t) => {
  const type: TypeDescriptor = { code: 'struct', members: [{ name: 'v', code: 'int16[]' }] };
  for (const v of [[1, -2], Int32Array.of(1, -2), Float64Array.of(1, -2), Int16Array.of(0, 1, -2).subarray(1)]) {
    t.same(pvxs.valueToJs(valueOf(type, { v }), false), { v: Int16Array.of(1, -2) });
  }
  t.match(
    errorOf(() => valueOf(type, { v: Float64Array.of(0.5) })),
    { code: 'PVA_TYPE', path: 'v[0]' },
  );
  t.match(
    errorOf(() => valueOf(type, { v: [65536] })),
    { code: 'PVA_TYPE', path: 'v[0]' },
  );
  const shared = new Int16Array(new SharedArrayBuffer(6), 2);
  shared.set([1, -2]);
  t.same(pvxs.valueToJs(valueOf(type, { v: shared }), false), { v: Int16Array.of(1, -2) }, 'also shared memory');
  const flags = valueOf(everything, { flags: Uint8Array.of(0, 1) });
  t.same((pvxs.valueToJs(flags, true) as { flags: unknown }).flags, [false, true]);
  t.end();
});

await t.test('a float keeps what has no end, and text what is no text becomes U+FFFD', (t) => {
  const value = valueOf(everything, {
    single: -Infinity,
    singles: [NaN, Infinity, 3.4028235e38],
    names: ['a\0b', '\ud800', '\udc00x'],
    'inner.text': 'a\ud800\0b',
  });
  t.same(pvxs.valueToJs(value, true), {
    single: -Infinity,
    singles: Float32Array.of(NaN, Infinity, 3.4028235e38),
    names: ['a\0b', '\ufffd', '\ufffdx'],
    inner: { text: 'a\ufffd\0b' },
  });
  t.end();
});

await t.test('what pvxs can not copy in a union or any is refused', (t) => {
  const rows = { code: 'struct[]', members: [{ name: 'x', code: 'int8' }] } as const;
  const types: readonly TypeDescriptor[] = [
    rows,
    { ...rows, code: 'union' },
    { ...rows, code: 'union[]' },
    { code: 'any' },
    { code: 'any[]' },
  ];
  for (const type of types) {
    const value = type.code.endsWith('[]') ? [] : null;
    t.match(
      errorOf(() => valueOf({ code: 'any' }, { type, value })),
      { code: 'PVA_TYPE' },
      `any of ${type.code}`,
    );
    t.match(
      errorOf(() => valueOf({ code: 'union', members: [{ name: 'm', ...type }] }, { selector: 'm', value })),
      { code: 'PVA_TYPE' },
      `union of ${type.code}`,
    );
  }
  t.end();
});

await t.test('a structure with an unselected union is refused in a union or any', (t) => {
  const inner = { name: 'u', code: 'union', members: [{ name: 'n', code: 'int8' }] } as const;
  const type = { code: 'struct', members: [{ name: 's', code: 'struct', members: [inner] }] } as const;
  t.match(
    errorOf(() => valueOf({ code: 'any' }, { type, value: {} })),
    { code: 'PVA_TYPE', path: 's.u' },
  );
  const union: TypeDescriptor = { code: 'union', members: [{ name: 'm', ...type }] };
  t.match(
    errorOf(() => valueOf(union, { selector: 'm', value: { 's.u': null } })),
    { code: 'PVA_TYPE', path: 'm.s.u' },
  );
  const content = { s: { u: { selector: 'n', value: 1 } } };
  t.same(pvxs.valueToJs(valueOf({ code: 'any' }, { type, value: content }), false), {
    type: withIds(type),
    value: content,
  });
  t.end();
});

await t.test('a bad descriptor is refused with the path of the member', (t) => {
  t.match(
    errorOf(() => pvxs.valueCreate({ code: 'float' } as never)),
    { code: 'PVA_TYPE' },
  );
  const nested = { code: 'struct', members: [{ name: 'a', code: 'struct', members: [{ name: 'b', code: 'x' }] }] };
  t.match(
    errorOf(() => pvxs.valueCreate(nested as never)),
    { code: 'PVA_TYPE', path: 'a.b' },
  );
  t.match(
    errorOf(() => pvxs.valueCreate({ code: 'struct' } as never)),
    { code: 'PVA_TYPE' },
  );
  const name = { code: 'struct', members: [{ name: 'not ok', code: 'int8' }] } as const;
  t.match(
    errorOf(() => pvxs.valueCreate(name)),
    { code: 'PVA_TYPE' },
  );
  t.end();
});

await t.test('a handle of another kind, or disposed of, is refused', (t) => {
  const value = pvxs.valueCreate({ code: 'int8' });
  t.match(
    errorOf(() => {
      pvxs.sharedPvPost(value as never, value);
    }),
    { code: 'PVA_TYPE' },
  );
  t.match(
    errorOf(() => pvxs.valueToJs({} as never, false)),
    { code: 'PVA_TYPE' },
  );
  pvxs.valueDispose(value);
  t.match(
    errorOf(() => pvxs.valueToJs(value, false)),
    { code: 'PVA_CLOSED' },
  );
  t.end();
});

await t.test('copies are independent', (t) => {
  const value = valueOf(everything, { i: 1, names: ['a'] });
  const copy = pvxs.valueClone(value);
  pvxs.valueAssign(value, { i: 2 });
  t.match(pvxs.valueToJs(copy, true), { i: 1, names: ['a'] });
  t.same(pvxs.valueMarked(pvxs.valueCloneEmpty(value)), []);
  t.end();
});
