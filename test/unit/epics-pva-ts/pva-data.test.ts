import { inspect } from 'node:util';
import {
  alarmField,
  ntEnum,
  ntNdArray,
  ntScalar,
  ntScalarArray,
  ntTable,
  PvaClient,
  PvaServer,
  structure,
  timeStampField,
} from 'epics-pva-ts';
import t from 'tap';
import { PATIENCE_MS } from '../../patience.js';

const server = PvaServer.isolated();
const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
t.teardown(() => {
  client.close();
  server.close();
});

const timeMs = 1_700_000_000_123;
const time = '2023-11-14T22:13:20.123Z';

await t.test('data prints as time, value, units and alarm', async (t) => {
  const speed = server.add('t:speed', ntScalar('float64', { units: 'mm/s' }));
  const print = async (name: string, type?: Parameters<typeof client.get>[1]): Promise<string> =>
    inspect(await client.get(name, type), { breakLength: Infinity });
  speed.post(1.5, { timeMs });
  t.equal(await print('t:speed'), `PvaData ${time} 1.5 mm/s`);
  speed.post(1.5, { timeMs, alarm: { severity: 'MAJOR', status: 'DEVICE', message: 'hot' } });
  t.equal(await print('t:speed'), `PvaData ${time} 1.5 mm/s MAJOR DEVICE hot`);
  server.add('t:big', ntScalar('uint64')).post(2n ** 60n, { timeMs });
  t.equal(await print('t:big'), `PvaData ${time} 1152921504606846976n`);
  server.add('t:text', ntScalar('string')).post("it's", { timeMs });
  t.equal(await print('t:text'), `PvaData ${time} "it's"`);
  server.add('t:array', ntScalarArray('int16')).post([1, -2], { timeMs });
  t.equal(await print('t:array'), `PvaData ${time} Int16Array(2) [ 1, -2 ]`);
  server.add('t:enum', ntEnum(['Idle', 'Run'])).post('Run', { timeMs });
  t.equal(await print('t:enum'), `PvaData ${time} { index: 1, label: 'Run' }`);
  t.equal(await print('t:enum', { type: ntEnum(['Idle', 'Run']) }), `PvaData ${time} { index: 1, label: 'Run' }`);
  t.match(await print('t:enum', { type: ntTable({ a: { type: 'string' } }) }), /index: 1/, 'also of another type');
  server
    .add('t:table', ntTable({ id: { type: 'string' }, n: { type: 'int32' } }))
    .post({ id: ['a'], n: [1] }, { timeMs });
  t.equal(await print('t:table'), `PvaData ${time} { id: [ 'a' ], n: Int32Array(1) [ 1 ] }`);
  server.add('t:free', structure({ fields: { a: 'int32', timeStamp: timeStampField } }), {
    initial: { timeStamp: timeMs },
  });
  t.equal(await print('t:free'), `PvaData ${time} { a: 0 }`);
  server.add('t:bare', structure({ fields: { a: 'int32' } }));
  t.equal(await print('t:bare'), 'PvaData { a: 0 }');
  const data = await client.get('t:speed');
  t.match(inspect({ data }), `data: PvaData ${time} 1.5 mm/s MAJOR DEVICE hot`);
  t.equal(String(data), `${time} 1.5 mm/s MAJOR DEVICE hot`);
  t.equal(inspect([[[[await client.get('t:free')]]]]), '[ [ [ [Array] ] ] ]');
  t.match(inspect({ data }, { depth: 0 }), 'data: PvaData [Object]');
  server.add('t:long', ntScalarArray('uint8')).post(new Uint8Array(40), { timeMs });
  t.match(String(await client.get('t:long')), /^\S+ Uint8Array\(40\) \[ 0, (?:0, )+0 \]$/, 'a text is one line');
  server.addRpc('t:nothing', {}, () => undefined);
  t.equal(inspect(await client.rpc('t:nothing')), 'PvaData {}');
});

await t.test('data becomes JSON with its value, units, alarm and time, as far as the structure has them', async (t) => {
  const json = async (name: string, type?: Parameters<typeof client.get>[1]): Promise<unknown> =>
    JSON.parse(JSON.stringify(await client.get(name, type)));
  const none = { severity: 'NONE', status: 'NONE', message: '' };
  t.strictSame(await json('t:speed'), {
    value: 1.5,
    units: 'mm/s',
    alarm: { severity: 'MAJOR', status: 'DEVICE', message: 'hot' },
    timeMs,
  });
  t.equal((await client.get('t:speed')).units, 'mm/s');
  t.equal((await client.get('t:bare')).units, null);
  t.strictSame(await json('t:big'), { value: '1152921504606846976', alarm: none, timeMs });
  t.strictSame(await json('t:array'), { value: [1, -2], alarm: none, timeMs });
  t.strictSame(await json('t:table'), { value: { id: ['a'], n: [1] }, alarm: none, timeMs });
  t.strictSame(await json('t:bare'), { fields: { a: 0 } });
  const fields = { any: 'any', counts: 'uint64[]', x: 'float64', alarm: alarmField } as const;
  server.add('t:mixed', structure({ fields }), {
    initial: { any: { type: { code: 'int64' }, value: 7n }, counts: [1n, 2n ** 60n], x: NaN },
  });
  t.strictSame(await json('t:mixed'), {
    fields: { any: { type: { code: 'int64' }, value: 7 }, counts: [1, '1152921504606846976'], x: null },
    alarm: none,
  });
  server.add('t:image', ntNdArray(), { initial: { data: Uint8Array.of(1, 2) } });
  t.match(await json('t:image', { type: ntNdArray() }), { value: { data: [1, 2], dimensions: [{ size: 2 }] } });
});
