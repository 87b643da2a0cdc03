import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeDirectory } from 'dm';

await t.test('a directory is made with all above it, and may be there already', (t) => {
  const directory = join(t.testdir(), 'a', 'b', 'c');
  makeDirectory(directory);
  makeDirectory(directory);
  t.ok(statSync(directory).isDirectory());
  t.end();
});

await t.test('one that cannot be made is an error, never a loop', (t) => {
  const file = join(t.testdir(), 'file');
  writeFileSync(file, '');
  t.throws(
    () => {
      makeDirectory(file);
    },
    { code: 'EEXIST' },
  );
  t.throws(
    () => {
      makeDirectory(join(file, 'in', 'it'));
    },
    { code: /EEXIST|ENOTDIR/u },
  );
  t.throws(
    () => {
      makeDirectory('/proc/nowhere/deeper');
    },
    { code: 'ENOENT' },
  );
  t.end();
});
