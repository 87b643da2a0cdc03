import fc from 'fast-check';
import { CaClient, type CaPutValue } from 'node-epics-ca';
import { loadConfig } from 'dm-ioc/internal/config/load-config';
import { loadForInspection } from 'dm-ioc/internal/cli/load-for-inspection';
import type { SetpointSignal } from 'dm-ioc/internal/registry/signal';
import { join } from 'node:path';
import t from 'tap';
import { PATIENCE_MS } from '../patience.js';
import { IocProcess, temporaryDirectory } from './ioc-process.js';
import { patientClient } from './patient-client.js';

const PUTS_OF_EACH = 25;
const seed = Number(process.env['SEED'] ?? Math.trunc(Math.random() * 2 ** 31));

const slots = ['daq', 'upload', 'workflow', 'stream'].map((kind) => `slots.${kind}=1`);
const { bindings } = await loadForInspection(loadConfig(undefined, slots));
const setpoints = bindings.flatMap(({ record, signal }) => (signal.kind === 'setpoint' ? [{ record, signal }] : []));
const directory = temporaryDirectory(t);
const ioc = await IocProcess.start(join(directory, 'dm'), slots);
const ca = new CaClient({ environment: ioc.clientEnvironment, timeoutMs: PATIENCE_MS });
const pva = patientClient(ioc.clientEnvironment);

/** The value as a client reads it: the label of a state. */
async function shown(pv: string): Promise<unknown> {
  const value = (await pva.get(pv)).value as { index: number; choices: readonly string[] } | string | number;
  return typeof value === 'object' ? value.choices[value.index] : value;
}

await t.test('every number tells its unit, its digits and what may be put, over both protocols', async (t) => {
  for (const { record, signal } of bindings) {
    if (!['ai', 'ao', 'longin', 'longout', 'int64in', 'int64out'].includes(record.type) || signal.kind === 'command') {
      continue;
    }
    const { unit = '' } = signal;
    const range =
      unit === '%' ? { min: 0, max: 100 } : ((signal as SetpointSignal<unknown>).limits ?? { min: 0, max: 0 });
    const limits = { low: range.min, high: range.max };
    const reading = await ca.get(record.name, { metadata: true });
    t.match(reading, { units: unit, limits: { display: limits, control: limits } }, record.name);
    const { display, control } = (await pva.get(record.name)).fields as Record<string, Record<string, unknown>>;
    t.match(display, { units: unit, limitLow: range.min, limitHigh: range.max }, record.name);
    t.match(control, { limitLow: range.min, limitHigh: range.max }, record.name);
    if (signal.valueKind === 'number') t.ok(Number(display?.['precision']) > 0, `${record.name} shows fractions`);
  }
});

const NUMBER = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    2,
    15,
    16,
    65535,
    65536,
    604_800,
    604_800.1,
    1e10,
    -1,
    0.1,
    0.5,
    1e-320,
    1e308,
    NaN,
    Infinity,
    -Infinity,
  ),
  fc.double(),
  fc.integer(),
);
const TEXT = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    ' 5 ',
    '12abc',
    '0x10',
    '1e3',
    '1,5',
    'nan',
    '-inf',
    '+7',
    '.5',
    'Yes',
    'yes',
    'Files',
    '1',
    '2',
    '-1',
  ),
  fc.constantFrom(
    '{}',
    '[1]',
    'null',
    '{"a": 1.0, "b": 1790000000123456789}',
    '{"a": 1, "a": 2}',
    '/x\ty',
    '/x\n',
    ' /x ',
    'ä/µ',
  ),
  fc.string({ maxLength: 60, unit: 'grapheme' }).filter((text) => !text.includes('\0')),
);
const ARRAY = fc.constantFrom<CaPutValue>(
  Int16Array.of(5),
  Int32Array.of(7, 8),
  Float32Array.of(2.5),
  Float64Array.of(12.5),
  Uint8Array.of(53, 54, 0),
  Uint16Array.of(1),
  ['7'],
);

/** What must be there when the put was taken; undefined when no such put may be. */
function wanted({ valueKind, limits, states }: SetpointSignal<unknown>, put: unknown, now: unknown): unknown {
  const number = typeof put === 'string' && put.trim() === '' ? NaN : Number(put);
  const isIn = (one: number): boolean => limits !== undefined && one >= limits.min && one <= limits.max;
  if (valueKind === 'number') return isIn(number) ? number : undefined;
  if (valueKind === 'integer') return isIn(Math.trunc(number)) ? Math.trunc(number) : undefined;
  if (states !== undefined) return states.includes(String(put)) ? put : states[number];
  const text = String(put);
  if (/[\p{Cc}\u2028\u2029]/u.test(text.trim())) return undefined;
  return [text, text.trim(), '{}'].find((one) => one === now);
}

await t.test('every put is answered: what is taken is shown as it was put, what is refused is told', async (t) => {
  t.comment(`SEED=${seed}`);
  for (const { record, signal } of setpoints) {
    const put = fc.oneof(NUMBER, TEXT, ARRAY);
    const puts = fc.sample(put, { seed, numRuns: PUTS_OF_EACH });
    for (const [count, value] of puts.entries()) {
      const isCa = count % 2 === 0;
      const name = signal.valueKind === 'text' && isCa ? `${record.name}.VAL$` : record.name;
      const title = `SEED=${seed}: ${isCa ? 'CA' : 'PVA'} ${name} ${typeof value} ${JSON.stringify(value)}`;
      const error = await (isCa ? ca.put(name, value, { complete: true }) : pva.put(name, value, { block: true })).then(
        () => null,
        (reason: unknown) => reason as Error & { code: string },
      );
      if (error !== null) {
        t.not(error.message, '', title);
        t.notMatch(error.code, /TIMEOUT/u, title);
        continue;
      }
      const scalar = typeof value === 'object' ? Array.from(value as ArrayLike<unknown>)[0] : value;
      const now = await shown(record.name);
      // As characters, numbers are their codes.
      if (signal.valueKind === 'text' && (typeof value === 'object' || (isCa && typeof value === 'number'))) continue;
      t.same(now, wanted(signal, scalar, now), title);
      t.match((await pva.get(record.name)).alarm, { severity: 'NONE' }, title);
    }
  }
});

await t.test('the IOC has stood it all', async (t) => {
  await ca.close();
  pva.close();
  t.equal(await ioc.stop(), 0, 'and ends well', { output: ioc.output });
});
