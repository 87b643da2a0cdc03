import fc from 'fast-check';
import t from 'tap';
import { Expression } from 'dm/internal/local/jobs/expression';

const VALUES: Readonly<Record<string, string>> = {
  analysisMachine: 'polaris',
  count: '10',
  empty: '',
  no: 'false',
  tricky: '" == "" or "1" == "1',
};
const evaluate = (text: string): boolean => new Expression(text).evaluate((name) => VALUES[name]);

void t.test('comparisons, and, or, not and parentheses are understood', (t) => {
  for (const text of [
    '"$analysisMachine" == "polaris"',
    "'$analysisMachine' != 'local'",
    '$count > 9',
    '"$count" > "9"',
    '${count} <= 10.0 and not "$empty"',
    '"a" < "b" && !("a" == "b") || "x" == "y"',
    '"a" == "b" or "$count" >= "10"',
    '"file.$count" == "file.10"',
    'true',
    '"say \\"hi\\"" == \'say "hi"\'',
  ]) {
    t.ok(evaluate(text), text);
  }
  for (const text of [
    '"$analysisMachine" == "local"',
    '$count < 9',
    'not true',
    '$no',
    '"$empty"',
    '"1" == "1" and "1" == "2"',
  ]) {
    t.notOk(evaluate(text), text);
  }
  t.end();
});

void t.test('a value never becomes a part of the expression', (t) => {
  t.notOk(evaluate('"$tricky" == "x"'));
  fc.assert(
    fc.property(fc.string(), (value) => {
      const same = new Expression('"$value" == "$value" and "$value" != "a$value"');
      return same.evaluate(() => value);
    }),
  );
  t.end();
});

void t.test('a wrong expression is refused, with the place', (t) => {
  for (const text of [
    '',
    '==',
    '"a" ==',
    '"a" == "b" "c"',
    '("a" == "b"',
    '"unterminated',
    '"a" = "b"',
    'a; b == "c" )',
    '"a" and',
  ]) {
    t.throws(() => new Expression(text), { code: 'DM_INVALID_ARGUMENT' }, text);
  }
  t.throws(() => evaluate('"$unknown" == ""'), { code: 'DM_INVALID_ARGUMENT', message: /no variable \$unknown/u });
  t.end();
});

void t.test('a long text that begins like a number is compared at once', (t) => {
  const digits = '1'.repeat(1_000_000);
  t.equal(
    new Expression('"$x" == "2"').evaluate(() => `${digits}x`),
    false,
  );
  t.equal(
    new Expression('"$x" > "2"').evaluate(() => digits),
    true,
  );
  t.end();
});
