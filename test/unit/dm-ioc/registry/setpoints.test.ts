import t from 'tap';
import { Setpoints } from 'dm-ioc/internal/registry/setpoints';
import { command } from 'dm-ioc/internal/registry/signal';
import type { InputState } from 'dm-ioc/internal/state/state';

interface Inputs {
  readonly name: string;
  readonly args: string;
  readonly period: number;
  readonly mode: 'Files' | 'Directory';
}

const setpoint = new Setpoints<InputState<Inputs>>();

await t.test('a setpoint of no input or of another type, and a command without a handler, do not compile', (t) => {
  // @ts-expect-error: there is no such input
  setpoint.name('names', 'Name');
  // @ts-expect-error: the input is a number
  setpoint.name('period', 'Period');
  // @ts-expect-error: not one of the input's values
  setpoint.choice('mode', 'Mode', ['Files', 'Folder']);
  // @ts-expect-error: nothing carries it out
  command('Start');
  t.end();
});

const REFUSED = { code: 'SETPOINT_INVALID', severity: 'INVALID' };

const CONTROLS = ['a\tb', 'a\nb', 'a\r', '\u001b[1m', 'a\0b', 'a\u007f', 'a\u0085', 'a\u2028b', 'a\uFFFD'];

await t.test('a name is trimmed, as operators paste it', (t) => {
  const { parse } = setpoint.name('name', 'Name', { maxCharacters: 5 });
  t.equal(parse(' demo\n'), 'demo');
  t.throws(() => parse('demo-2'), { ...REFUSED, message: /at most 5/u });
  t.end();
});

await t.test('a path is taken as it is, with blanks at its ends', (t) => {
  const { parse } = setpoint.path('name', 'Path');
  for (const path of [' lead.dat', 'trail.dat ', '\u00a0x\u3000', ' ', '']) t.equal(parse(path), path);
  t.throws(() => parse('x'.repeat(1024)), { ...REFUSED, message: /at most 1023/u });
  t.end();
});

await t.test('a whole number is refused with a fraction, and out of its range', (t) => {
  const { parse } = setpoint.integer('period', 'Count', { unit: '', min: 1, max: 256 });
  t.equal(parse(4), 4);
  t.equal(parse('4'), 4);
  t.throws(() => parse(1.5), { ...REFUSED, message: /1\.5 is no whole number/u });
  for (const value of [0, 257, NaN, 'four']) t.throws(() => parse(value), REFUSED, String(value));
  t.end();
});

await t.test('control characters within a name or a path are refused with their place', (t) => {
  for (const { parse } of [setpoint.name('name', 'Name'), setpoint.path('name', 'Path')]) {
    for (const text of CONTROLS) t.throws(() => parse(`${text}x`), { ...REFUSED, message: /must not contain/u });
  }
  t.throws(() => setpoint.path('name', 'Path').parse('lead.dat\n'), { message: /a line end \(character 9\)/u });
  t.end();
});

await t.test('a path that must stay inside is refused at once when it leaves', (t) => {
  const { parse } = setpoint.path('name', 'Name');
  t.equal(parse('/data/../x'), '/data/../x');
  const inside = setpoint.path('name', 'Name', { isWithin: true });
  t.equal(inside.parse('run 1/ a '), 'run 1/ a ');
  t.equal(inside.parse(''), '');
  for (const path of ['/data', '../x', 'a/../../x', 'x'.repeat(256)]) t.throws(() => inside.parse(path), REFUSED, path);
  t.end();
});

await t.test('a JSON setpoint takes objects only', (t) => {
  const { parse } = setpoint.json('args', 'Arguments', 100);
  t.equal(parse(''), '{}');
  t.equal(parse('{"a": 1}'), '{"a": 1}');
  for (const text of ['{"a": "x\\u0000y"}', '{"b": [{"x\\u0000y": 1}]}', '{"a": "\\ud800"}', '{"a": "x\\udc00"}']) {
    t.throws(() => parse(text), { ...REFUSED, message: /NUL/u }, text);
  }
  t.equal(parse('{"a": "\\ud83d\\ude00"}'), '{"a": "\\ud83d\\ude00"}', 'a whole character');
  t.equal(parse('{"a": "x\\\\u0000y"}'), '{"a": "x\\\\u0000y"}', 'a backslash before u0000 is no NUL');
  for (const text of ['{', '[1]', '1', 'null', '"x"']) t.throws(() => parse(text), REFUSED, text);
  t.end();
});

await t.test('a JSON setpoint keeps its numbers as they are written, and refuses a key with two values', (t) => {
  const { parse } = setpoint.json('args', 'Arguments', 100);
  for (const text of ['{"a": 1790000000123456789}', '{"a": [1.0, 1e400, -0, 0.10]}', '{"a": 1, "a": 1}']) {
    t.equal(parse(` ${text}\n`), text);
  }
  t.throws(() => parse('{"a": 1, "a": 2}'), { ...REFUSED, message: /not JSON: Duplicate key 'a'/u });
  t.end();
});

await t.test('a number is refused out of its range, never cut', (t) => {
  const { parse } = setpoint.number('period', 'Period', { unit: 's', min: 1, max: 60 });
  t.equal(parse(60), 60);
  t.throws(() => parse(61), { ...REFUSED, message: '61 is out of range 1..60 s' });
  t.throws(() => parse(NaN), REFUSED);
  t.end();
});

await t.test('a choice is one of its states', (t) => {
  const { parse } = setpoint.choice('mode', 'Mode', ['Files', 'Directory']);
  t.equal(parse('Directory'), 'Directory');
  t.throws(() => parse('2'), { ...REFUSED, message: /not one of Files, Directory/u });
  t.end();
});
