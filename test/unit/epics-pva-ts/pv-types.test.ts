import {
  alarmField,
  alarmOf,
  ntEnum,
  ntNdArray,
  ntPvi,
  ntScalar,
  ntScalarArray,
  PvaClient,
  PvaServer,
  structure,
  timeStampField,
} from 'epics-pva-ts';
import t from 'tap';
import { PATIENCE_MS } from '../../patience.js';

const server = PvaServer.isolated();
t.teardown(() => {
  server.close();
});

await t.test('a structure posts parts, and a time stamp is a number of milliseconds, never 0', (t) => {
  const inner = structure({ id: 'test:Inner', fields: { when: timeStampField, x: 'int64' } });
  const pv = server.add(
    't:structure',
    structure({
      id: 'test:Outer',
      fields: {
        state: 'string',
        inner,
        rows: { code: 'struct[]', fields: { at: timeStampField } },
        choice: { code: 'union', fields: { n: 'int32', s: 'string' } },
        any: 'any',
        alarm: alarmField,
        timeStamp: timeStampField,
      },
    }),
  );
  const before = Date.now();
  pv.post({ state: 'on', inner: { when: 1_234_567_890_123, x: 5 }, rows: [{ at: 1000.5 }, null] });
  const value = pv.get();
  t.match(value, {
    state: 'on',
    inner: { when: 1_234_567_890_123, x: 5n },
    rows: [{ at: 1000.5 }, null],
    choice: null,
    any: null,
  });
  t.ok(value.timeStamp >= before && value.timeStamp <= Date.now(), 'now, when none is given');
  pv.post({ choice: { selector: 's', value: 'text' }, any: { type: { code: 'int8' }, value: 1 }, timeStamp: 5000 });
  t.match(pv.get(), { state: 'on', choice: { selector: 's', value: 'text' }, any: { value: 1 }, timeStamp: 5000 });
  pv.post({ inner: { when: 0 } });
  t.ok(pv.get().inner.when >= before, 'a time of 0 becomes now: clients show 0 as invalid');
  t.throws(
    () => {
      pv.post({ choice: null });
    },
    { code: 'PVA_TYPE', path: 'choice' },
    'pvxs can not take a selection back',
  );
  t.throws(
    () => {
      pv.post({ inner: { x: 0.5 } });
    },
    { code: 'PVA_TYPE', path: 'inner.x', pvName: 't:structure' },
  );
  t.end();
});

await t.test('a scalar carries its metadata, its alarm stays until it is changed', (t) => {
  const pv = server.add(
    't:scalar',
    ntScalar('float32', { units: 'mA', precision: 2, displayLimits: [0, 100], controlLimits: [1, 99], minStep: 0.5 }),
    { initial: 1.5, alarm: { severity: 'MAJOR', message: 'cold' }, descriptor: 'beam' },
  );
  t.match(pv.getFields(), {
    display: { units: 'mA', precision: 2, limitLow: 0, limitHigh: 100, description: 'beam', form: { index: 0 } },
    control: { limitLow: 1, limitHigh: 99, minStep: 0.5 },
  });
  pv.post(2);
  t.same(alarmOf(pv.getFields()['alarm'] as never), { severity: 'MAJOR', status: 'RECORD', message: 'cold' });
  pv.post(2, { alarm: { severity: 'NONE' } });
  t.same(alarmOf(pv.getFields()['alarm'] as never), { severity: 'NONE', status: 'NONE', message: '' });
  pv.postFields({ 'display.units': 'A' });
  t.match(pv.getFields(), { value: 2, display: { units: 'A' } });
  t.same(alarmOf({ severity: 9, status: -1, message: '' }).severity, 'UNDEFINED');
  t.end();
});

await t.test('scalar arrays of each type take numbers or typed arrays', (t) => {
  const int = server.add('t:int', ntScalarArray('int32'), { initial: [1, 2] });
  t.same(int.get(), Int32Array.of(1, 2));
  int.post(Int32Array.of(3));
  t.same(int.get(), Int32Array.of(3));
  const big = server.add('t:big', ntScalarArray('uint64'), { initial: [1n, 2n ** 64n - 1n] });
  t.same(big.get(), BigUint64Array.of(1n, 2n ** 64n - 1n));
  const text = server.add('t:text', ntScalarArray('string'), { initial: ['a', ''] });
  t.same(text.get(), ['a', '']);
  const flags = server.add('t:flags', ntScalarArray('bool'), { initial: [true, false] });
  t.same(flags.get(), [true, false]);
  t.end();
});

await t.test('an enum takes a label, an index, a boolean or what was read', (t) => {
  const pv = server.add('t:enum', ntEnum(['Idle', 'Running', 'Done']), { initial: 'Done' });
  t.same(pv.get(), { index: 2, label: 'Done' });
  pv.post(1);
  t.equal(pv.get().label, 'Running');
  pv.post(pv.get());
  pv.post(false);
  t.equal(pv.get().label, 'Idle');
  for (const bad of [3, -1, 0.5, 'Flying']) {
    t.throws(
      () => {
        pv.post(bad as never);
      },
      { code: 'PVA_TYPE', path: 'value.index', message: /Idle, Running, Done/ },
    );
  }
  t.end();
});

await t.test('an image of each element type comes back with its dimensions and attributes', (t) => {
  const pv = server.add('t:image', ntNdArray());
  t.equal(pv.get().data, null);
  for (const data of [
    Int8Array.of(-1),
    Uint8Array.of(1),
    Int16Array.of(-1),
    Uint16Array.of(1),
    Int32Array.of(-1),
    Uint32Array.of(1),
    BigInt64Array.of(-1n),
    BigUint64Array.of(1n),
    Float32Array.of(0.5),
    Float64Array.of(0.1),
    [true, false],
  ]) {
    pv.post({ data });
    t.same(pv.get().data, data);
  }
  pv.post({
    data: Uint8Array.of(1, 2, 3, 4, 5, 6),
    dimensions: [{ size: 3, offset: 1, fullSize: 5, binning: 2, reverse: true }, 2],
    uniqueId: 42,
    codec: { name: 'lz4' },
    uncompressedSizeBytes: 600,
    attributes: [
      { name: 'gain', value: 2.5, description: 'amplifier', sourceType: 2, source: 'x:gain' },
      { name: 'comment', value: 'text' },
      { name: 'nothing', value: null },
    ],
    dataTimeMs: 1_600_000_000_001,
  });
  t.match(pv.get(), {
    dimensions: [
      { size: 3, offset: 1, fullSize: 5, binning: 2, reverse: true },
      { size: 2, offset: 0, fullSize: 2, binning: 1, reverse: false },
    ],
    uniqueId: 42,
    codec: { name: 'lz4', parameters: null },
    compressedSizeBytes: 6,
    uncompressedSizeBytes: 600,
    attributes: [
      { name: 'gain', value: 2.5, description: 'amplifier', sourceType: 2, source: 'x:gain' },
      { name: 'comment', value: 'text' },
      { name: 'nothing', value: null },
    ],
    dataTimeMs: 1_600_000_000_001,
  });
  t.end();
});

await t.test(
  'attributes and codec parameters have the type that they are given, and are read as they were posted',
  (t) => {
    const pv = server.add('t:typed-image', ntNdArray());
    const data = Uint8Array.of(1, 2, 3);
    pv.post({
      data,
      codec: { name: 'blosc', parameters: 5 },
      attributes: [
        { name: 'ColorMode', value: 0 },
        { name: 'BayerPattern', value: 1 },
        { name: 'frames', value: 7, type: 'int32' },
        { name: 'big', value: 2n ** 60n, type: 'uint64' },
        { name: 'gains', value: [1, 2], type: 'uint16[]' },
        { name: 'temperature', value: 20 },
        { name: 'optics', value: { lens: 'a' } },
        { name: 'nothing', value: null, type: 'int32' },
      ],
    });
    const types = (): unknown[] =>
      (pv.getFields()['attribute'] as { value: { type: { code: string } } | null }[]).map(
        ({ value }) => value?.type.code ?? null,
      );
    const codes = ['int32', 'int32', 'int32', 'uint64', 'uint16[]', 'float64', 'struct', null];
    t.same(types(), codes);
    t.match(pv.getFields()['codec'], { parameters: { type: { code: 'int32' }, value: 5 } });
    const read = pv.get();
    t.same(read.codec, { name: 'blosc', parameters: 5, type: 'int32' });
    t.same(read.attributes[4], {
      name: 'gains',
      value: Uint16Array.of(1, 2),
      type: 'uint16[]',
      description: '',
      sourceType: 0,
      source: '',
    });
    pv.post({ ...read, data });
    t.same(pv.get(), read, 'what was read can be posted');
    t.same(types(), codes);
    for (const [parameters, type, expected] of [
      [0.5, undefined, 'float64'],
      [2 ** 40, undefined, 'float64'],
      [5, 'int64', 'int64'],
      ['fast', undefined, 'string'],
    ] as const) {
      pv.post({ data, codec: { name: 'own', parameters, type } });
      t.equal(pv.get().codec.type, expected);
    }
    t.throws(
      () => {
        pv.post({ data, attributes: [{ name: 'bad', value: 0.5, type: 'int32' }] });
      },
      { code: 'PVA_TYPE', path: /^attribute\[0\]\.value/ },
    );
    t.end();
  },
);

await t.test('an image of another server may leave out attributes, dimensions and what describes them', async (t) => {
  const dimension = { code: 'struct[]', fields: { size: 'int32' } } as const;
  const attribute = { code: 'struct[]', fields: { name: 'string', value: 'any' } } as const;
  const value = { code: 'union', fields: { ubyteValue: 'uint8[]' } } as const;
  const data = { selector: 'ubyteValue', value: Uint8Array.of(1) } as const;
  const id = 'epics:nt/NTNDArray:1.0';
  server.add('t:with-nulls', structure({ id, fields: { value, dimension, attribute } }), {
    initial: {
      value: data,
      dimension: [null, { size: 1 }],
      attribute: [{ name: 'n', value: { type: { code: 'int8' }, value: 1 } }, null],
    },
  });
  server.add('t:bare', structure({ id, fields: { value } }), { initial: { value: data } });
  const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  const read = (await client.get('t:with-nulls', { type: ntNdArray() })).value;
  t.same(read.dimensions, [{ size: 1, offset: 0, fullSize: 1, binning: 1, reverse: false }]);
  t.match(read, { data: data.value, attributes: [{ name: 'n', value: 1, type: 'int8', description: '' }] });
  const bare = (await client.get('t:bare', { type: ntNdArray() })).value;
  t.match(bare, {
    data: data.value,
    dimensions: [],
    attributes: [],
    codec: { name: '', parameters: null },
    uniqueId: 0,
  });
  client.close();
});

await t.test('PVI lists PVs by attribute and access', (t) => {
  const pvi = { description: 'device', entries: { run: { x: 'd:Run' }, speed: { r: 'd:Speed_RBV', w: 'd:Speed' } } };
  const pv = server.add('t:PVI', ntPvi(pvi));
  t.same(pv.get(), pvi);
  t.match(pv.getFields(), { display: { description: 'device' } });
  t.end();
});
