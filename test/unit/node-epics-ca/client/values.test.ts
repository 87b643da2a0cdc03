import { CaClient, type CaPutValue } from 'node-epics-ca';
import t from 'tap';
import { PATIENCE_MS } from '../../../patience.js';
import { SoftIoc } from './soft-ioc.js';

const { environment } = await SoftIoc.start(t);
const client = new CaClient({ environment, timeoutMs: PATIENCE_MS });
t.teardown(() => client.close());

async function putAndGet(name: string, value: CaPutValue): Promise<unknown> {
  await client.put(name, value, { complete: true });
  return (await client.get(name)).value;
}

await t.test('one element of every type is put and read back', async (t) => {
  t.equal(await putAndGet('t:ao', 1.25), 1.25);
  t.equal(await putAndGet('t:ao.HHSV', 2), 2, 'an enum by index');
  t.equal(await putAndGet('t:ao.PREC', -5), -5, 'a short');
  t.equal(await putAndGet('t:ao.TPRO', 200), 200, 'a character');
  t.equal(await putAndGet('t:long', -2147483648), -2147483648);
  t.equal(await putAndGet('t:string', 'µ-metal'), 'µ-metal');
  t.equal(await putAndGet('t:string', 3.5), '3.5', 'a number for a string');
  t.equal(await putAndGet('t:ao', '2.5'), 2.5, 'text for a number');
  t.equal(await putAndGet('t:bo', true), 1);
});

await t.test('a reading carries alarm and time', async (t) => {
  const beforeMs = Date.now();
  await client.put('t:ao', 85, { complete: true });
  const major = await client.get('t:ao');
  t.match(major, { severity: 2, status: 3 }, 'HIHI');
  t.ok(major.timeMs >= beforeMs - 1000 && major.timeMs <= Date.now() + 1000, 'a time of now');
  await client.put('t:ao', 5, { complete: true });
  t.match(await client.get('t:ao'), { severity: 0, status: 0 });
});

await t.test('units, precision, limits and states come when asked for', async (t) => {
  await client.put('t:ao.PREC', 3, { complete: true });
  const reading = await client.get('t:ao', { metadata: true });
  t.match(reading, {
    value: 5,
    units: 'mm',
    precision: 3,
    limits: {
      display: { low: -90, high: 90 },
      alarm: { high: 80 },
      warning: { high: 70 },
      control: { low: -100, high: 100 },
    },
  });
  t.ok(reading.timeMs > 0);
  t.strictSame((await client.get('t:mbbo', { metadata: true })).states, ['Idle', 'Busy', 'Done']);
  t.match(await client.get('t:doubles', { metadata: true }), { precision: 0, value: new Float64Array(0) });
  t.notOk('units' in (await client.get('t:string', { metadata: true })), 'a string has none');
});

await t.test('an enum is an index with its label, and is put by either', async (t) => {
  await client.put('t:mbbo', 'Busy', { complete: true });
  t.match(await client.get('t:mbbo'), { value: 1, label: 'Busy' });
  await client.put('t:mbbo', 2, { complete: true });
  t.equal((await client.get('t:mbbo', { type: 'enumLabel' })).value, 'Done');
  await t.rejects(client.put('t:mbbo', 'Sleeping', { complete: true }), { code: 'CA_PUT_FAILED' });
  await t.rejects(client.get('t:ao', { type: 'enumLabel' }), { code: 'CA_BAD_TYPE', message: /t:ao/ });
});

await t.test('labels that change at run time are followed', async (t) => {
  t.match(await client.get('t:mbbo'), { value: 2, label: 'Done' });
  const renamed = client.monitor('t:mbbo', { mask: ['property'] });
  await renamed.next();
  await client.put('t:mbbo.TWST', 'Finished', { complete: true });
  await renamed.next();
  await renamed.return();
  t.equal((await client.get('t:mbbo')).label, 'Finished');
});

await t.test('arrays of every type are typed arrays both ways', async (t) => {
  const values = [1, 2, 3];
  t.strictSame(await putAndGet('t:doubles', Float64Array.of(0.1, -1e300)), Float64Array.of(0.1, -1e300));
  t.strictSame(await putAndGet('t:floats', Float32Array.of(0.5)), Float32Array.of(0.5));
  t.strictSame(await putAndGet('t:longs', Int32Array.of(-7, 2147483647)), Int32Array.of(-7, 2147483647));
  t.strictSame(await putAndGet('t:shorts', Int16Array.of(-7, 8)), Int16Array.of(-7, 8));
  t.strictSame(await putAndGet('t:enums', Uint16Array.of(3, 1)), Uint16Array.of(3, 1));
  t.strictSame(await putAndGet('t:chars', Uint8Array.of(0, 255)), Uint8Array.of(0, 255));
  t.strictSame(await putAndGet('t:chars', Int8Array.of(-1)), Uint8Array.of(255));
  t.strictSame(await putAndGet('t:strings', ['a', 'bc']), ['a', 'bc']);
  t.strictSame(await putAndGet('t:longs', values), Int32Array.from(values), 'a plain array');
  t.strictSame(await putAndGet('t:strings', values), ['1', '2', '3'], 'numbers for strings');
  t.strictSame(await putAndGet('t:doubles', Uint32Array.of(4294967295)), Float64Array.of(4294967295));
  t.strictSame(await putAndGet('t:doubles', new Float64Array(8).fill(1).subarray(2, 5)), Float64Array.of(1, 1, 1));
  const shared = new Float64Array(new SharedArrayBuffer(16)).fill(3);
  t.strictSame(await putAndGet('t:doubles', shared), Float64Array.of(3, 3), 'shared memory');
  t.strictSame((await client.get('t:doubles', { count: 1 })).value, Float64Array.of(3));
});

await t.test('a large array arrives whole', async (t) => {
  const sent = Float64Array.from({ length: 100_000 }, (_, index) => Math.sin(index));
  t.strictSame(await putAndGet('t:doubles', sent), sent);
});

await t.test('integers of 64 bits are put exactly', async (t) => {
  await client.put('t:int64', 9007199254740993n, { complete: true });
  t.equal((await client.get('t:int64', { type: 'string' })).value, '9007199254740993');
  await client.put('t:int64', 12n, { complete: true });
  t.equal((await client.get('t:int64')).value, 12, 'Channel Access itself reads them as double');
});

await t.test('text of any length goes by $', async (t) => {
  const text = 'ä'.repeat(150);
  await client.put('t:lso.VAL$', text, { complete: true });
  t.equal((await client.get('t:lso.VAL$')).value, text);
  t.equal((await client.get('t:lso', { type: 'longString' })).value, text, 'the $ is found');
  t.equal((await client.get('t:lso.VAL', { type: 'longString' })).value, text);
  await client.put('t:chars', 'text of a waveform', { complete: true });
  t.equal((await client.get('t:chars', { type: 'longString' })).value, 'text of a waveform');
  await client.put('t:chars', '', { complete: true });
  t.equal((await client.get('t:chars', { type: 'longString' })).value, '');
});

await t.test('a value that does not fit is refused before it is sent', async (t) => {
  const long = 'x'.repeat(40);
  await t.rejects(client.put('t:string', long), { code: 'CA_STRING_TOO_LONG', message: /t:string\.VAL\$/ });
  await t.rejects(client.put('t:lso.DESC', long), { code: 'CA_STRING_TOO_LONG', message: /t:lso\.DESC\$/ });
  await t.rejects(client.put('t:chars', 'x'.repeat(256)), { code: 'CA_STRING_TOO_LONG', message: /255/ });
  await t.rejects(client.put('t:string', 'a\0b'), { code: 'CA_BAD_VALUE' });
  await t.rejects(client.put('t:strings', ['ok', long]), { code: 'CA_STRING_TOO_LONG' });
  await t.rejects(client.put('t:long', 2147483648), { code: 'CA_BAD_VALUE', message: /2147483648/ });
  await t.rejects(client.put('t:long', 1.5), { code: 'CA_BAD_VALUE' });
  await t.rejects(client.put('t:long', NaN), { code: 'CA_BAD_VALUE' });
  await t.rejects(client.put('t:mbbo', -1), { code: 'CA_BAD_VALUE' });
  await t.rejects(client.put('t:longs', new Int32Array(9)), { code: 'CA_BAD_COUNT' });
  await t.rejects(client.put('t:longs', []), { code: 'CA_BAD_COUNT' });
  await t.rejects(client.put('t:ao', new BigInt64Array(1) as unknown as CaPutValue), { code: /CA_BAD/ });
  await t.rejects(client.get('t:ao', { type: 'longString' }), { code: 'CA_BAD_TYPE' });
});
