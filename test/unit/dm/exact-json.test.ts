import { exactJsonText, parseExactJson, plainNumbers, readExactJson, readJson } from 'dm/internal/exact-json';
import t from 'tap';

const ODD = [
  '1790000000123456789',
  '-9007199254740993',
  '1.0',
  '0.10',
  '1E5',
  '1e400',
  '-0',
  '-0.0',
  '0.1000000000000000055',
];
const PLAIN = ['0', '5', '-3', '0.5', '1764268123.4567', '9007199254740991', '1e+22'];

await t.test('every number comes out as it went in, nested too', (t) => {
  for (const number of [...ODD, ...PLAIN]) {
    const text = `{"a":${number},"b":[${number},{"c":${number}}]}`;
    t.equal(exactJsonText(parseExactJson(text)), text);
    t.equal(exactJsonText(readExactJson(text)), text);
    t.equal(exactJsonText({ x: { ...(parseExactJson(text) as object) } }), `{"x":${text}}`, 'also as a part');
  }
  t.end();
});

await t.test('seeded random numbers and texts that look like them come out as they went in', (t) => {
  const seed = Math.trunc(Math.random() * 2 ** 31);
  t.comment(`seed ${seed}`);
  let state = seed;
  const random = (most: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  const digits = (most: number): string => Array.from({ length: 1 + random(most) }, () => random(10)).join('');
  const number = (): string => {
    const whole = digits(25).replace(/^0+(?=\d)/u, '');
    const fraction = random(2) === 0 ? '' : `.${digits(20)}`;
    const exponent = random(4) === 0 ? `${'eE'[random(2)]}${['', '+', '-'][random(3)]}${digits(3)}` : '';
    return `${random(2) === 0 ? '-' : ''}${whole}${fraction}${exponent}`;
  };
  for (let count = 0; count < 2000; count += 1) {
    const text = `{"n":${number()},"s":${JSON.stringify(`: ${number()},`)},"l":[${number()},${number()}]}`;
    if (exactJsonText(parseExactJson(text)) !== text) t.fail(text);
    if (exactJsonText(readExactJson(text)) !== text) t.fail(`read: ${text}`);
  }
  t.end();
});

await t.test('numbers that are the same in JavaScript are numbers', (t) => {
  for (const number of PLAIN) t.type((parseExactJson(`{"a":${number}}`) as { a: unknown }).a, 'number');
  t.same(parseExactJson('{"a": 9007199254740993}'), { a: 9007199254740993n });
  t.end();
});

await t.test('a key that is there twice with two values is refused, and a prototype is a key', (t) => {
  t.throws(() => parseExactJson('{"a": {"b": 1, "b": 2}}'), /Duplicate key 'b'/u);
  t.same(parseExactJson('{"a": 1, "a": 1}'), { a: 1 });
  t.equal(exactJsonText(parseExactJson('{"__proto__":{"a":1}}')), '{"__proto__":{"a":1}}');
  t.end();
});

await t.test('what an exact number looks like as an object is none', (t) => {
  const text = '{"isLosslessNumber":true,"value":"5"}';
  t.equal(exactJsonText(parseExactJson(text)), text);
  t.end();
});

await t.test("another program's numbers are numbers, but for whole ones beyond 2^53", (t) => {
  t.same(readJson('{"startTime": 1790000000.0, "a": [1e3], "n": 1790000000123456789, "n2": 2, "n2": 3}'), {
    startTime: 1790000000,
    a: [1000],
    n: 1790000000123456789n,
    n2: 3,
  });
  t.end();
});

await t.test('what must be a number to work with is one', (t) => {
  t.same(plainNumbers(parseExactJson('{"hours": 1.0, "of": [2.50, "3.0"]}')), { hours: 1, of: [2.5, '3.0'] });
  t.end();
});
