import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadAddon } from 'epics-libs';
import t from 'tap';

await t.test('an addon that is not compiled is an error that says how to compile it', async (t) => {
  const dir = t.testdir({ 'package.json': '{}' });
  t.throws(() => loadAddon<unknown>(pathToFileURL(join(dir, 'index.js')).href, 'nothing'), {
    code: 'EPICS_LIBS_ADDON_MISSING',
    message: /make build/,
  });
  await mkdir(join(dir, 'build/Release'), { recursive: true });
  await writeFile(join(dir, 'build/Release/broken.node'), 'not a library');
  t.throws(() => loadAddon<unknown>(pathToFileURL(join(dir, 'index.js')).href, 'broken'), {
    code: 'EPICS_LIBS_ADDON_BROKEN',
    message: /broken\.node can't be loaded .*remove .*\.epics and run "make clean build"/,
  });
});
