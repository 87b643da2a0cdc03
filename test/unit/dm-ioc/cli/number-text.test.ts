import t from 'tap';
import { formatReading } from 'dm-ioc/internal/cli/format-reading';
import { numberText } from 'dm-ioc/internal/cli/number-text';

await t.test('a number is shown with the digits that mean something', (t) => {
  t.equal(numberText(0.15599989891052246, 1), '0.2', "as the PV's precision has it");
  t.equal(numberText(0.15599989891052246), '0.1559999', 'a number of 32 bits by its own digits');
  t.equal(numberText(0.1 + 0.2), '0.3', 'without the noise of a sum');
  t.equal(numberText(Math.fround(0.156)), '0.156');
  t.equal(numberText(Math.fround(1e-7)), '1e-7');
  t.equal(numberText(0.5), '0.5');
  t.equal(numberText(60, 3), '60', 'no zeros at the end');
  t.equal(numberText(1e-9, 3), '1e-9', 'not rounded to nothing');
  t.equal(numberText(-12.3456, 2), '-12.35');
  t.equal(numberText(2 ** 53), '9007199254740992');
  t.equal(numberText(Number.NaN, 2), 'NaN');
  t.equal(numberText(-Infinity), '-Infinity');
  t.end();
});

await t.test('a reading with its name has its units, one without is just its value', (t) => {
  const reading = { value: 1.25, severity: 'NONE', message: '', timeMs: null, units: 's', precision: 1 } as const;
  t.equal(formatReading('x', reading, true), 'x 1.3 s');
  t.equal(formatReading('x', reading, false), '1.3');
  t.equal(formatReading('x', { ...reading, severity: 'MINOR' }, true), 'x 1.3 s [MINOR]');
  t.equal(formatReading('x', { ...reading, value: new Float64Array([0.1 + 0.2, 1]) }, false), '0.3 1');
  t.end();
});

await t.test('what a PV says is nothing that a terminal obeys, and with its name one line', (t) => {
  const hostile = 'a\u001B[2J\r\u009B5m\u007F\tb\ndm:State Done';
  const reading = { value: hostile, severity: 'MAJOR', message: hostile, timeMs: null, units: hostile } as const;
  const shown = String.raw`a\x1b[2J\r\x9b5m\x7f\tb\ndm:State Done`;
  t.equal(formatReading('x', reading, true), `x ${shown} ${shown} [MAJOR: ${shown}]`);
  const text = String.raw`a\x1b[2J\r\x9b5m\x7f` + '\tb\ndm:State Done';
  t.equal(formatReading('x', { ...reading, severity: 'NONE' }, false), text, 'one alone keeps its lines');
  for (const value of [{ said: hostile }, [hostile], { column: [hostile] }])
    t.notMatch(formatReading('x', { ...reading, value }, true).replaceAll('\n', ''), /\p{Cc}/u);
  t.end();
});
