import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { compileSelection, selectionOf } from 'dm/internal/local/tree/file-selection';
import { scanTree } from 'dm/internal/local/tree/scan-tree';
import { temporaryDirectory } from '../../port/temporary-directory.js';
import { writeFiles } from '../../port/write-files.js';

void t.test('a tree is given in parts, the next when one is worked on, also within one directory', async (t) => {
  const root = await temporaryDirectory(t);
  await writeFiles(root, Object.fromEntries(Array.from({ length: 700 }, (_, index) => [`f${index}`, ''])));
  await mkdir(join(root, 'empty'));
  await symlink(join(root, 'f0'), join(root, 'link'));
  const sizes: number[] = [];
  const paths = new Set<string>();
  let isWorking = false;
  const errors = await scanTree(root, compileSelection(selectionOf({})), async (entries) => {
    t.notOk(isWorking);
    isWorking = true;
    sizes.push(entries.length);
    for (const { path } of entries) paths.add(path);
    await new Promise((resolve) => setImmediate(resolve));
    isWorking = false;
  });
  t.same(errors, []);
  t.equal(paths.size, 700);
  t.ok(
    sizes.every((size) => size <= 250),
    String(sizes),
  );
});
