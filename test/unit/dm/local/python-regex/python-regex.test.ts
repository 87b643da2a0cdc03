import fc from 'fast-check';
import t from 'tap';
import { PythonRegex } from 'dm/internal/local/python-regex/python-regex';
import { askPython, type PythonAnswer } from './python-re.js';

function answer(pattern: string, text: string): PythonAnswer {
  let regex: PythonRegex;
  try {
    regex = new PythonRegex(pattern);
  } catch (error) {
    return { error: error instanceof Error ? error.message : '' };
  }
  return { groups: regex.search(text) ?? null };
}

/** Compare with Python itself; of errors, that there is one. @returns how many differ */
function differences(pairs: readonly (readonly [string, string])[]): string[] {
  return askPython(pairs).flatMap((python, index) => {
    const [pattern = '', text = ''] = pairs[index] ?? [];
    const ours = answer(pattern, text);
    const isSame =
      'error' in python ? 'error' in ours : JSON.stringify(sorted(python)) === JSON.stringify(sorted(ours));
    return isSame
      ? []
      : [`${JSON.stringify([pattern, text])}: Python ${JSON.stringify(python)}, here ${JSON.stringify(ours)}`];
  });
}

function sorted(answer: PythonAnswer): unknown {
  return 'groups' in answer && answer.groups !== null ? Object.entries(answer.groups).sort() : answer;
}

const CORPUS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'ends and lines': [
    ['^(?P<n>\\d+)$', '40717\n'],
    ['^(?P<n>\\d+)$', '40717\n\n'],
    ['^(?P<n>\\d+)$', '40717\r\n'],
    ['^(?P<n>\\d+)\\Z', '40717\n'],
    ['(?P<n>\\d+)\\Z', '1\n40717'],
    ['(?m)^(?P<n>\\d+)$', 'a\n40717\nb'],
    ['(?m)\\A(?P<n>\\d+)$', 'a\n40717\nb'],
    ['(?m)(?P<n>\\w+)$', 'one\rtwo\u2028three\n'],
    ['(?P<n>.*)', 'one\rtwo\n'],
    ['(?P<n>.*)', 'one\u2028two\u0085three\n'],
    ['(?s)(?P<n>.*)', 'one\ntwo'],
    ['a(?P<n>$)', 'a\n'],
    ['(?P<n>x*)$', 'a\nxx\n'],
  ],
  'characters of every script': [
    ['(?P<n>\\w+)', 'Müller_2 and'],
    ['(?P<n>\\w+)', 'cafe\u0301 x'],
    ['(?P<n>\\d+)', 'n=٣٤٥'],
    ['(?a)(?P<n>\\w+)', 'Müller'],
    ['(?a)(?P<n>\\d*)', '٣'],
    ['(?P<n>\\s+)x', 'a\u00a0\u3000\u001fx'],
    ['(?P<n>[^\\s]+)', '\ufeffx y'],
    ['\\b(?P<n>é\\w*)\\b', 'l été'],
    ['(?P<n>.)', '😀!'],
    ['(?P<n>[😀-😎]+)', 'x😁😂'],
    ['(?P<n>^..$)', '😀😀'],
    ['(?P<n>\\U0001F600)', '😀'],
    ['(?P<n>\\u00e9\\x41\\101\\0)', 'éAA\0'],
    ['(?P<n>[\\101\\b\\n]+)', 'A\b\n'],
    ['(?P<größe>\\d+)', '17'],
  ],
  'letters of either case': [
    ['(?i)(?P<n>result)', 'RESULT'],
    ['(?i)(?P<n>[a-c]+)', 'xABCd'],
    ['(?i)(?P<n>[^a-c]+)', 'ABCdE'],
    ['(?i)(?P<n>straße)', 'STRAẞE'],
    ['(?i)(?P<n>k)', '\u212a'],
    ['(?i)(?P<n>i+)', 'iIİı'],
    ['(?i)(?P<n>s)', 'ſ'],
    ['(?i)(?P<n>σ+)', 'ΣΣς'],
    ['(?i)(?P<n>µ)', 'μ'],
    ['(?ia)(?P<n>[a-z]+)', 'ſK\u212a'],
    ['(?i)(?P<n>(?P<c>é)(?P=c))', 'Éé'],
    ['(?i:(?P<n>a))b', 'Ab'],
    ['(?i:(?P<n>a))b', 'AB'],
    ['(?i)(?P<n>a(?-i:b))', 'ABAb'],
    ['(?i)(?P<n>[\\w])', '\u0345'],
  ],
  repetitions: [
    ['(?P<n>a{,2})b', 'aaab'],
    ['(?P<n>a{,})b', 'aaab'],
    ['(?P<n>a{2})', 'aaa'],
    ['(?P<n>a{2,}?)', 'aaa'],
    ['(?P<n>a{x}b{}c{1,y})', 'a{x}b{}c{1,y}'],
    ['{(?P<n>\\d+)}', 'x{12}'],
    ['(?P<n>a++)b', 'aab'],
    ['(?P<n>a++)ab', 'aab'],
    ['(?P<n>(?>a|ab)c)', 'abc'],
    ['(?P<n>(?:a|ab){2}+)', 'aba'],
    ['(?P<n>.*?)b', 'aab'],
    ['(?:(?P<a>a)|(?P<b>b))*', 'abb'],
    ['(?P<n>(?P<x>a*)*)', 'aab'],
    ['(?P<n>(?P<x>a*)+)', 'b'],
    ['(?P<n>(?P<x>a|b)*?)c', 'abc'],
    ['(?P<n>(?:a?)*?)b', 'ab'],
    ['(?P<n>(?:(?P<x>\\d),?)+)', '1,2,3'],
    ['(?P<n>(?=a)*)b', 'b'],
    ['(?P<n>(?:){3})', ''],
  ],
  'references and conditions': [
    ['(?P<q>[\'"])(?P<n>.*?)(?P=q)', 'x="it\'s"'],
    ['(?P<a>a)?(?P<n>b(?P=a))', 'ba b'],
    ['(?P<n>(a)(b)\\2\\1)', 'abba'],
    ['(?P<n>(a)\\100?)', 'a@'],
    ['(?P<p>\\()?(?P<n>\\d+)(?(p)\\))', '(12'],
    ['(?P<n>(\\()?\\d+(?(2)\\)|!))', '12!'],
    ['(?P<n>(?(2)a|b)(c)?)', 'bc'],
  ],
  'looking around': [
    ['(?<=n=)(?P<n>\\d+)', 'm=1 n=22'],
    ['(?<!n=)\\b(?P<n>\\d+)', 'n=1 m=22'],
    ['(?P<n>\\w+)(?=,)', 'a b, c'],
    ['(?P<n>\\w+)\\b(?!,)', 'ab, c'],
    ['(?<=(?P<x>a|b){2})(?P<n>c)', 'abc'],
    ['(?=(?P<n>a+))a', 'aaa'],
    ['(?P<n>(?<=^)a)', 'ba'],
    ['(?P<n>\\B)', ''],
    ['(?P<n>\\B.)', 'ab'],
  ],
  'comments and layout': [
    ['(?x) (?P<n> \\d + ) # digits\n [ ] x', '12 x'],
    ['(?x: a b )(?P<n> c)', 'ab c'],
    ['(?P<n>a(?#a comment)b)', 'ab'],
    ['(?x)a\\ b(?P<n>[#])', 'a b#'],
    ['(?x)(?P<n>a +)', 'aaa'],
    ['(?is)(?P<n>A.B)', 'a\nb'],
  ],
  'classes of characters': [
    ['(?P<n>[]a]+)', 'x]a'],
    ['(?P<n>[^]a]+)', ']ab'],
    ['(?P<n>[a-]+)', '-a'],
    ['(?P<n>[--/]+)', '.-/'],
    ['(?P<n>[\\w.-]+)', ' a.b-c '],
    ['(?P<n>[\\W]+)', 'a +b'],
    ['(?P<n>[[:alpha:]]+)', 'a:]'],
    ['(?P<n>[a&&b]+)', '&ab'],
    ['(?P<n>[\\]\\\\]+)', '\\]'],
  ],
  mistakes: [
    ['(?P<x>(', ''],
    ['(?P<x>a', ''],
    ['a)', ''],
    ['[a', ''],
    ['[b-a]', ''],
    ['[a-\\d]', ''],
    ['*a', ''],
    ['a**', ''],
    ['^*', ''],
    ['\\b+', ''],
    ['a{3,2}', ''],
    ['a\\', ''],
    ['\\y', ''],
    ['[\\A]', ''],
    ['\\z', ''],
    ['\\x1', ''],
    ['\\400', ''],
    ['\\U00110000', ''],
    ['(?<x>a)', ''],
    ['(?P<1>a)', ''],
    ['(?P<>a)', ''],
    ['(?P<x>a)(?P<x>b)', ''],
    ['(?P=x)', ''],
    ['(a\\1)', ''],
    ['\\1', ''],
    ['(?<=a*)', ''],
    ['(?<=(a)\\1)', ''],
    ['(?z)', ''],
    ['a(?i)b', ''],
    ['(?i-i:a)', ''],
    ['(?-a:a)', ''],
    ['(?L)a', ''],
    ['(?au)a', ''],
    ['(?(1)a)', ''],
    ['(?(0)a)', ''],
    ['(?(x)a)', ''],
    ['(a)(?(1)a|b|c)', ''],
    ['(?#', ''],
    ['(?', ''],
    ['(?P', ''],
    ['(?Px)', ''],
  ],
};

for (const [title, pairs] of Object.entries(CORPUS)) {
  void t.test(`what an expression finds is what Python finds: ${title}`, (t) => {
    t.same(differences(pairs), []);
    t.end();
  });
}

const NAMED = '(?P<NAME>';
const PIECES = [
  'a',
  'b',
  'A',
  '.',
  '\\d',
  '\\w',
  '\\W',
  '\\s',
  '[ab]',
  '[^a]',
  '[a-cé]',
  '\\b',
  '\\B',
  '^',
  '$',
  '\\Z',
  '\\n',
  'é',
  '1',
];
const SIGNS = ['', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{,2}', '{1,}?', '*+', '?+', '{1,2}+'];
const OPENINGS = ['(?:', '(?=', '(?!', '(?<=', '(?<!', '(?>', '(?i:', NAMED];
/** A group in a possessive repetition may keep in Python what a way that failed has left in it. */
const POSSESSIVE = /[*+?}]\+/u;

/** Patterns of all that Python knows, right ones and some wrong ones; every group with a name has its own. */
const patterns = fc
  .record({
    tree: fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof(
        { depthSize: 'small', maxDepth: 4, withCrossShrink: true },
        fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom(...SIGNS)).map((parts) => parts.join('')),
        fc.tuple(tie('pattern'), tie('pattern')).map((parts) => parts.join('')),
        fc.tuple(tie('pattern'), tie('pattern')).map((parts) => `(?:${parts.join('|')})`),
        fc
          .tuple(fc.constantFrom(...OPENINGS), tie('pattern'), fc.constantFrom(...SIGNS))
          .map(
            ([opening, inner, sign]) =>
              `${opening}${POSSESSIVE.test(sign) ? inner.replaceAll(NAMED, '(?:') : inner})${sign}`,
          ),
        fc.constantFrom('(?P=g1)', '\\1', '\\2', '(?(2)a|b)', '(?(g1)b)'),
      ),
    })).pattern,
    flags: fc.constantFrom('', '', '(?i)', '(?m)', '(?s)', '(?a)', '(?ims)'),
  })
  .map(({ tree, flags }) => {
    let count = 0;
    return `${flags}(?P<all>${tree.replaceAll('NAME', () => `g${++count}`)})`;
  });
const texts = fc.string({
  unit: fc.constantFrom('a', 'b', 'A', 'B', '1', ' ', '\n', '\r', 'é', 'É', '_'),
  maxLength: 9,
});

void t.test('what any expression finds in any text is what Python finds', (t) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  const numRuns = Number(process.env['RUNS'] ?? 10_000);
  t.comment(`SEED=${seed}`);
  const pairs = fc.sample(fc.tuple(patterns, texts), { seed, numRuns });
  t.same(differences(pairs), []);
  t.end();
});
