import { execFileSync } from 'node:child_process';
import { chmod, mkdir, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { waitForUpload } from '../port/wait-for.js';
import { writeFiles } from '../port/write-files.js';
import { temporaryEngine } from './temporary-engine.js';

const LARGE_BYTES = 9 << 20;

interface Stored {
  readonly source: string;
  readonly dataDirectory: string;
  readonly upload: () => Promise<void>;
}

async function stored(t: Test): Promise<Stored> {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  const { dataDirectory = '' } = await engine.experiments.add({ name: 'demo' });
  return {
    source,
    dataDirectory,
    upload: async () => {
      const { id } = await engine.uploads.start('demo', source, { destDirectory: 'in' });
      t.match(await waitForUpload(engine, id), { status: 'done', nProcessingErrors: 0 });
    },
  };
}

void t.test('a copy has the permissions of its source, so that what is private stays so', async (t) => {
  const { source, dataDirectory, upload } = await stored(t);
  const modes = { secret: 0o600, script: 0o755, fixed: 0o444, open: 0o666, large: 0o600, setuid: 0o4711 };
  await writeFiles(source, Object.fromEntries(Object.keys(modes).map((name) => [name, name])));
  await truncate(join(source, 'large'), LARGE_BYTES);
  for (const [name, mode] of Object.entries(modes)) await chmod(join(source, name), mode);
  await writeFiles(source, { 'private/deep/a': 'a', 'shared/a': 'a' });
  await chmod(join(source, 'private'), 0o700);
  await chmod(join(source, 'private/deep'), 0o750);
  await upload();
  const mode = async (path: string): Promise<number> => (await stat(join(dataDirectory, 'in', path))).mode & 0o7777;
  const umask = Number.parseInt(execFileSync('sh', ['-c', 'umask'], { encoding: 'utf8' }), 8);
  for (const [name, wanted] of Object.entries(modes)) t.equal(await mode(name), wanted & 0o777 & ~umask, name);
  t.equal(await mode('private'), 0o700);
  t.equal(await mode('private/deep'), 0o750 & ~umask);
  t.equal(await mode('shared'), 0o777 & ~umask);
});

void t.test('a large file keeps its holes', async (t) => {
  const { source, dataDirectory, upload } = await stored(t);
  await writeFile(join(source, 'sparse'), Buffer.alloc(3 << 20, 'x'));
  await truncate(join(source, 'sparse'), 256 << 20);
  await upload();
  const copy = await stat(join(dataDirectory, 'in/sparse'));
  t.equal(copy.size, 256 << 20);
  t.ok(copy.blocks * 512 < 8 << 20, `${copy.blocks} blocks`);
  execFileSync('cmp', [join(source, 'sparse'), join(dataDirectory, 'in/sparse')]);
});

void t.test('a time before 1970 is kept', async (t) => {
  const { source, dataDirectory, upload } = await stored(t);
  await mkdir(join(source, 'old'));
  for (const name of ['small', 'large']) {
    await writeFile(join(source, name), name);
    if (name === 'large') await truncate(join(source, name), LARGE_BYTES);
    await utimes(join(source, name), '-86400.5', '-86400.5');
  }
  await upload();
  for (const name of ['small', 'large'])
    t.equal((await stat(join(dataDirectory, 'in', name))).mtimeMs, -86_400_500, name);
});
