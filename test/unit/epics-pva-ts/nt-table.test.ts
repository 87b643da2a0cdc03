import fc from 'fast-check';
import { ntTable, PvaClient, PvaServer, typed } from 'epics-pva-ts';
import t from 'tap';
import { PATIENCE_MS } from '../../patience.js';

const server = PvaServer.isolated();
t.teardown(() => {
  server.close();
});

await t.test('columns are typed, labelled and posted in part', (t) => {
  const table = server.add('t:jobs', ntTable({ id: { type: 'string', label: 'Job' }, n: { type: 'int64' } }), {
    initial: { id: ['a', 'b'], n: [1n, 2n] },
    descriptor: 'all jobs',
  });
  t.match(table.getFields(), { labels: ['Job', 'n'], descriptor: 'all jobs' });
  table.post({ id: ['a', 'c'] }, { alarm: { severity: 'MINOR', message: 'late' }, timeMs: 1_500_000_000_250 });
  t.same(table.get(), { id: ['a', 'c'], n: BigInt64Array.of(1n, 2n) });
  t.match(table.getFields(), {
    alarm: { severity: 1, status: 3, message: 'late' },
    timeStamp: { secondsPastEpoch: 1_500_000_000n, nanoseconds: 250_000_000 },
  });
  t.end();
});

await t.test('a table without rows is read with all its columns, and a put can empty one', async (t) => {
  const type = ntTable({ id: { type: 'string' }, n: { type: 'int32' } });
  const pv = server.add('t:empty', type, { onPut: (put) => put.value });
  const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  const fresh = await client.get('t:empty', { type });
  t.same(fresh.value, { id: [], n: new Int32Array() });
  t.match(fresh.changed, ['labels', 'value.id', 'value.n', 'descriptor'], 'all of it is sent');
  pv.post({ id: ['a'], n: [1] });
  await client.put('t:empty', typed(type, { id: [], n: [] }));
  t.same(pv.get(), { id: [], n: new Int32Array() });
  const monitor = client.monitor('t:empty', { type });
  t.same((await monitor.next()).value?.value, { id: [], n: new Int32Array() });
  pv.post({ id: [], n: [] });
  const update = (await monitor.next()).value;
  t.same(update?.changed, ['timeStamp.secondsPastEpoch', 'timeStamp.nanoseconds'], 'unchanged columns are not sent');
  client.close();
});

await t.test('columns of different lengths are refused, and nothing is posted', (t) => {
  const table = server.add('t:lengths', ntTable({ a: { type: 'string' }, b: { type: 'float64' } }), {
    initial: { a: ['x'], b: [1] },
  });
  t.throws(
    () => {
      table.post({ a: ['x', 'y'] });
    },
    { code: 'PVA_TYPE', message: /a 2, b 1/ },
  );
  t.same(table.get(), { a: ['x'], b: Float64Array.of(1) });
  table.post({ a: ['y'] });
  t.same(table.get(), { a: ['y'], b: Float64Array.of(1) }, 'it goes on after an error');
  t.end();
});

await t.test('columns put by a client, or posted as fields, count as posted', async (t) => {
  const pv = server.add('t:put', ntTable({ a: { type: 'string' } }), {
    initial: { a: ['old'] },
    onPut: (put) => put.value,
  });
  const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  await client.put('t:put', { 'value.a': ['put'] });
  t.same(pv.get().a, ['put']);
  pv.post({ a: ['old'] });
  t.same(pv.get().a, ['old']);
  pv.postFields({ 'value.a': ['fields'] });
  pv.post({ a: ['old'] });
  t.same(pv.get().a, ['old']);
  client.close();
});

await t.test('an element that does not fit is named', (t) => {
  const table = server.add(
    't:bad',
    ntTable({ a: { type: 'string' }, n: { type: 'uint8' }, o: { type: 'bool' }, f: { type: 'float32' } }),
  );
  const rows = { a: ['x', 'y'], n: [1, 2], o: [true, false], f: [0, Infinity] };
  for (const [bad, path] of [
    [{ ...rows, a: ['x', 5] }, 'value.a[1]'],
    [{ ...rows, n: [1, 256] }, 'value.n[1]'],
    [{ ...rows, n: [1, 0.5] }, 'value.n[1]'],
    [{ ...rows, o: [true, 1] }, 'value.o[1]'],
    [{ ...rows, f: [0, 1e39] }, 'value.f[1]'],
    [{ ...rows, more: [1, 2] }, 'value.more'],
  ] as const) {
    t.throws(
      () => {
        table.post(bad as never);
      },
      { code: 'PVA_TYPE', path },
    );
  }
  table.post(rows);
  t.same(table.get().a, ['x', 'y']);
  t.end();
});

await t.test('an array changed in place, or with a NUL in a text, is posted as it is', (t) => {
  const table = server.add('t:place', ntTable({ a: { type: 'string' }, n: { type: 'int32' } }));
  const a = Array.from({ length: 40 }, (_, i) => `row ${i}`);
  const n = new Int32Array(40);
  table.post({ a, n });
  a[7] = 'changed';
  n[3] = 9;
  table.post({ a, n });
  t.same(table.get(), { a, n });
  a[8] = 'with \0 inside';
  table.post({ a, n });
  t.same(table.get().a, a);
  table.post({ a: a.map((text) => `\0${text}`) });
  t.same(
    table.get().a,
    a.map((text) => `\0${text}`),
  );
  t.end();
});

await t.test('numbers of a column change one by one, whatever they are given as', (t) => {
  const table = server.add('t:numbers', ntTable({ big: { type: 'int64' }, f: { type: 'float32' } }));
  const big = [1n, 2n, 3n, 4n, 5n];
  const f = [0, 0.1, NaN, -0, Infinity];
  for (const change of [
    () => (big[0] = 10n),
    () => (big[1] = 20 as never),
    () => (big[2] = 30n),
    () => (f[2] = 0.25),
    () => (f[3] = NaN),
    () => (big[4] = 2n ** 63n - 1n),
  ]) {
    change();
    table.post({ big, f });
    t.same(table.get(), { big: BigInt64Array.from(big, BigInt), f: Float32Array.from(f) });
  }
  t.throws(
    () => {
      big[3] = 2n ** 63n;
      table.post({ big });
    },
    { code: 'PVA_TYPE', path: 'value.big[3]' },
  );
  big[3] = 7n;
  table.post({ big });
  t.same(table.get().big, BigInt64Array.from(big, BigInt));
  t.end();
});

await t.test('whatever is posted after whatever, the table holds the last of each column', (t) => {
  const text = fc.oneof(fc.constantFrom('', 'a', 'status', '\0'), fc.string({ unit: 'grapheme', maxLength: 300 }));
  const rows = (size: number): fc.Arbitrary<{ text?: string[]; number?: number[]; flag?: boolean[] }> =>
    fc.record(
      {
        text: fc.array(text, { minLength: size, maxLength: size }),
        number: fc.array(fc.double({ noNaN: true }), { minLength: size, maxLength: size }),
        flag: fc.array(fc.boolean(), { minLength: size, maxLength: size }),
      },
      { requiredKeys: [] },
    );
  const changes = fc.array(fc.record({ row: fc.nat(39), text }), { maxLength: 3 });
  const history = fc.constantFrom(1, 20, 40).chain((size) =>
    fc.record({
      first: rows(size).filter((table) => Boolean(table.text && table.number && table.flag)),
      rest: fc.array(fc.oneof(rows(size), changes), { maxLength: 12 }),
    }),
  );
  let count = 0;
  fc.assert(
    fc.property(history, ({ first, rest }) => {
      const pv = server.add(
        `t:history${count++}`,
        ntTable({ text: { type: 'string' }, number: { type: 'float64' }, flag: { type: 'bool' } }),
        { initial: first },
      );
      let expected = { text: [''], number: [0], flag: [false], ...first };
      for (const step of rest) {
        const input = Array.isArray(step) ? { text: withChanges(expected.text, step) } : step;
        pv.post(input);
        expected = { ...expected, ...input };
        t.strictSame(pv.get(), { ...expected, number: Float64Array.from(expected.number) });
      }
      pv.close();
    }),
    { numRuns: 200 },
  );
  t.end();
});

function withChanges(column: readonly string[], changes: readonly { row: number; text: string }[]): string[] {
  const changed = [...column];
  for (const { row, text } of changes) if (row < changed.length) changed[row] = text;
  return changed;
}
