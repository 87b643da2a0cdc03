import { execFileSync } from 'node:child_process';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { waitForUpload } from '../unit/dm/port/wait-for.js';
import { temporaryEngine } from '../unit/dm/local/temporary-engine.js';

// On a slow disk.

/** More than 32 bits of a file offset hold, signed. */
const SIZE_BYTES = 2 ** 31 + 4097;

void t.test('a file of more than 2 GiB is stored whole while small files keep flowing', async (t) => {
  const { engine, root, sourceDirectory } = await temporaryEngine(t);
  const source = await sourceDirectory();
  await engine.experiments.add({ name: 'demo' });
  const large = await open(join(source, 'large.h5'), 'w');
  await large.truncate(SIZE_BYTES);
  for (const position of [0, 2 ** 31 - 5, SIZE_BYTES - 10]) await large.write('0123456789', position);
  await large.close();
  const { id } = await engine.uploads.start('demo', source);
  const staging = join(root, 'experiments/demo/system/staging');
  const other = await sourceDirectory();
  await (await open(join(other, 'small'), 'w')).close();
  const small = await engine.uploads.start('demo', other);
  t.equal((await waitForUpload(engine, small.id)).status, 'done');
  t.match(await engine.uploads.get(id), { nCompletedFiles: 0 }, 'the small file did not wait for the large one');
  t.match(await waitForUpload(engine, id), { status: 'done', nCompletedFiles: 1, nProcessingErrors: 0 });
  const { fileSize, md5Sum } = await engine.catalog.getFile('demo', 'large.h5');
  t.equal(fileSize, SIZE_BYTES);
  const copy = join(root, 'experiments/demo/data/large.h5');
  t.equal((await stat(copy)).size, SIZE_BYTES);
  t.equal(execFileSync('md5sum', [copy], { encoding: 'utf8' }).slice(0, 32), md5Sum);
  execFileSync('cmp', [join(source, 'large.h5'), copy]);
  const left = await readdir(staging, { recursive: true, withFileTypes: true });
  t.same(
    left.filter((entry) => entry.isFile()),
    [],
    'nothing is left of the copying',
  );
});
