import t from 'tap';
import { PathPattern } from 'dm/internal/local/jobs/path-pattern';

void t.test('a path matches part by part, below the directory that has no pattern in it', (t) => {
  const absolute = new PathPattern('/', '/data/run1/scan_?/**/*.[!t]*');
  t.equal(absolute.base, '/data/run1');
  t.ok(absolute.matches('scan_1/a.h5'));
  t.ok(absolute.matches('scan_1/x/y/a.h5'));
  t.notOk(absolute.matches('scan_1/a.tif'));
  t.notOk(absolute.matches('scan_12/a.h5'));
  t.notOk(absolute.matches('a.h5'));
  const relative = new PathPattern('/odd [1] (x)*/', 'sub/*.h5');
  t.equal(relative.base, '/odd [1] (x)*/sub', 'a directory is no pattern');
  t.ok(relative.matches('a.h5'));
  t.notOk(relative.matches('deep/a.h5'), '* stays in its directory');
  const plain = new PathPattern('/', '/data/a.h5');
  t.equal(plain.base, '/data');
  t.ok(plain.matches('a.h5'));
  t.equal(new PathPattern('/', '/*').base, '/');
  t.ok(new PathPattern('/', '/data/**').matches('x/y'));
  t.end();
});

void t.test('many ** in a pattern for a deep path are no trouble', (t) => {
  const pattern = new PathPattern('/data', `${'**/a/'.repeat(40)}b`);
  t.notOk(pattern.matches(`${'a/'.repeat(400)}c`));
  t.ok(pattern.matches(`${'a/'.repeat(400)}b`));
  t.end();
});
