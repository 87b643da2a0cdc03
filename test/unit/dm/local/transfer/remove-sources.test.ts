import { readdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from 'dm';
import t from 'tap';
import { removeSources } from 'dm/internal/local/transfer/remove-sources';
import { temporaryDirectory } from '../../port/temporary-directory.js';
import { writeFiles } from '../../port/write-files.js';

void t.test('a source is removed only as the version that was stored', async (t) => {
  const source = await temporaryDirectory(t);
  const old = new Date(1_000_000);
  const write = async (name: string, content: string): Promise<void> => {
    await writeFile(join(source, name), content);
    await utimes(join(source, name), old, old);
  };
  const names = ['same', 'rewritten', 'replaced', 'gone'];
  await writeFiles(source, Object.fromEntries(names.slice(0, 3).map((name) => [name, 'old'])));
  const stored = await Promise.all(
    names.map(async (path) => {
      if (path !== 'gone') await write(path, 'old');
      const { size, mtimeMs, ino, ctimeMs } = await stat(join(source, path === 'gone' ? 'same' : path));
      const version = { sizeBytes: size, mtimeMs, inode: ino, ctimeMs };
      return { path, destination: path, status: 'stored' as const, message: '', md5: null, ...version };
    }),
  );
  await write('rewritten', 'new');
  await write('.new', 'new');
  await rename(join(source, '.new'), join(source, 'replaced'));
  await removeSources(source, stored, silentLogger);
  t.same((await readdir(source)).sort(), ['replaced', 'rewritten']);
});
