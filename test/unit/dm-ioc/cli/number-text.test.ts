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
