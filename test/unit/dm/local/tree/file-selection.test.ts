import t from 'tap';
import { compileSelection, selectionOf } from 'dm/internal/local/tree/file-selection';

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
