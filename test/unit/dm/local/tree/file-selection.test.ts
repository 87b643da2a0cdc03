import t from 'tap';
import { compileSelection, selectionOf } from 'dm/internal/local/tree/file-selection';
import { shellPattern } from 'dm/internal/local/tree/shell-pattern';

void t.test('patterns, extensions and hidden files select as DM does', (t) => {
  const takes = (options: Parameters<typeof selectionOf>[0], path: string): boolean =>
    compileSelection(selectionOf(options)).takesFile(path);
  t.ok(takes({}, 'a/b.h5'));
  t.notOk(takes({}, '.a/b.h5'), 'hidden directory');
  t.notOk(takes({}, 'a/.b.h5'), 'hidden file');
  t.ok(takes({ processHiddenFiles: true }, 'a/.b.h5'));
  t.notOk(takes({ skipFilePathPattern: '*.tmp, *.log' }, 'a/b.log'), 'a pattern without / matches the name anywhere');
  t.notOk(takes({ skipFilePathPattern: 'a/*' }, 'a/deep/b.h5'), '* spans /');
  t.ok(takes({ skipFilePathPattern: 'a/*' }, 'b/a.h5'));
  t.ok(takes({ filePathPattern: 'scan_??.h5' }, 'x/scan_01.h5'));
  t.notOk(takes({ filePathPattern: 'scan_??.h5' }, 'scan_1.h5'));
  t.ok(takes({ filePathPattern: '*.[ht]5' }, 'scan.h5'));
  t.ok(takes({ includeFileExtensions: 'h5,.tif' }, 'a.tif'));
  t.notOk(takes({ includeFileExtensions: 'h5,.tif' }, 'a.txt'));
  t.notOk(takes({ excludeFileExtensions: 'txt' }, 'a.txt'));
  t.ok(takes({ skipFilePathPattern: '{a,b}' }, 'a'), 'braces are no pattern');
  t.end();
});

void t.test('a directory that nothing is taken from is not entered', (t) => {
  const selection = compileSelection(selectionOf({ skipFilePathPattern: 'scratch' }));
  t.ok(selection.entersDirectory(''));
  t.ok(selection.entersDirectory('data'));
  t.notOk(selection.entersDirectory('scratch'));
  t.notOk(selection.entersDirectory('data/.git'));
  t.end();
});

void t.test('a pattern with a slash at its end is one of directories, and what is in them', (t) => {
  const skipping = (skipFilePathPattern: string): ReturnType<typeof compileSelection> =>
    compileSelection(selectionOf({ skipFilePathPattern }));
  for (const pattern of ['raw/', 'raw//', '*.tmp, raw/']) {
    t.notOk(skipping(pattern).entersDirectory('raw'), pattern);
    t.notOk(skipping(pattern).entersDirectory('scan/raw'), pattern);
    t.ok(skipping(pattern).entersDirectory('raw2'), pattern);
    t.ok(skipping(pattern).takesFile('scan/raw'), `${pattern}: a file of that name is none`);
  }
  t.notOk(skipping('scan/raw/').entersDirectory('scan/raw'));
  t.ok(skipping('scan/raw/').entersDirectory('raw'));
  const taking = compileSelection(selectionOf({ filePathPattern: 'raw/' }));
  t.ok(taking.takesFile('raw/a') && taking.takesFile('scan/raw/deep/a'));
  t.notOk(taking.takesFile('a') || taking.takesFile('raw'));
  t.end();
});

void t.test('a pattern that no path can match is refused, with the remedy', (t) => {
  for (const pattern of ['/raw', './raw', '../raw', 'a//b', 'a/./b', 'a/..', '*.h5,/data/raw/*'])
    for (const option of ['skipFilePathPattern', 'filePathPattern'] as const)
      t.throws(
        () => selectionOf({ [option]: pattern }),
        { code: 'DM_INVALID_ARGUMENT', message: new RegExp(`^${option} .*relative to the data directory`, 'u') },
        pattern,
      );
  t.doesNotThrow(() => selectionOf({ skipFilePathPattern: '.*,*/.git,..a,a..,raw/*' }));
  t.end();
});

void t.test('a pattern means what it means to Python', (t) => {
  const cases: readonly [pattern: string, matches: readonly string[], others: readonly string[]][] = [
    ['*.tmp', ['.tmp', 'a/b.tmp', 'a\nb.tmp'], ['a.tmpx']],
    ['a*b*b*c', ['abbc', 'axbybzc'], ['abc', 'abbcd', 'bbc']],
    ['*a'.repeat(40) + 'b', ['a'.repeat(40) + 'b'], ['a'.repeat(4000)]],
    ['[!a]*', ['b', '.x', 'é', '\u{1F52C}'], ['a', 'ab', '']],
    ['*[!0-9]', ['run1.h', 'a/b'], ['run1']],
    ['[^a]', ['^', 'a'], ['b']],
    ['[]-]x', [']x', '-x'], ['x']],
    ['[!]a]', ['b'], ['a', ']']],
    ['[c-a]', [], ['a', 'b', 'c']],
    ['a[', ['a['], ['a']],
    ['?', ['/', '\u{1F52C}'], ['', 'ab']],
    ['a\\*', ['a\\', 'a\\x'], ['a*']],
    ['(a|b)+$^.{1,2}', ['(a|b)+$^.{1,2}'], ['a']],
  ];
  for (const [pattern, matches, others] of cases) {
    for (const text of matches) t.ok(shellPattern(pattern).test(text), `${pattern} matches ${JSON.stringify(text)}`);
    for (const text of others) t.notOk(shellPattern(pattern).test(text), `${pattern} not ${JSON.stringify(text)}`);
  }
  t.end();
});
