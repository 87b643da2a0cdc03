import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChangeFeed, silentLogger } from 'dm';
import t from 'tap';
import { CopyPool } from 'dm/internal/local/copy/copy-pool';
import { Database } from 'dm/internal/local/store/database';
import { FileRepository } from 'dm/internal/local/store/file-repository';
import { ContestedFiles } from 'dm/internal/local/transfer/contested-files';
import { FileStore } from 'dm/internal/local/transfer/file-store';
import { storeTarget } from 'dm/internal/local/transfer/store-target';
import { writeFiles } from '../../port/write-files.js';
import { temporaryEngine } from '../temporary-engine.js';

void t.test('of several who store a file at once, the last one looks at what is there', (t) => {
  const files = new ContestedFiles();
  files.begin('alone');
  t.notOk(files.end('alone'));
  for (const key of ['a', 'a']) files.begin(key);
  t.notOk(files.end('a'));
  t.ok(files.end('a'), 'the last of two');
  files.begin('a');
  t.notOk(files.end('a'), 'somebody came while it looked');
  t.ok(files.end('a'), 'so it looks again');
  t.notOk(files.end('a'));
  files.begin('a');
  t.notOk(files.end('a'), 'and all is forgotten');
  t.end();
});

void t.test('the catalogue tells of the version that is there when two transfers store a file at once', async (t) => {
  const { engine, root, sourceDirectory } = await temporaryEngine(t);
  await engine.experiments.add({ name: 'demo' });
  const experiment = engine.experiments.find('demo');
  await engine.close();
  const database = new Database(join(root, 'dm.sqlite'), () => undefined);
  await database.open();
  const pool = new CopyPool(1);
  t.after(async () => {
    await pool.close();
    await database.close();
  });
  const files = new FileRepository(database);
  const store = new FileStore(database, files, pool, new ChangeFeed(silentLogger), silentLogger);
  const copies = [];
  for (const content of ['first', 'second version']) {
    const source = await sourceDirectory();
    await writeFiles(source, { a: content });
    const target = storeTarget(experiment, {}, source);
    const entry = { path: 'a', sizeBytes: content.length, mtimeMs: 0, inode: 0, ctimeMs: 0 };
    copies.push({ target, outcomes: await store.copy(target, [entry]) });
  }
  for (const { target, outcomes } of copies.reverse()) await store.commit(target, outcomes, () => []);
  const there = await readFile(join(experiment.directories.data, 'a'), 'utf8');
  t.equal(there, 'second version');
  const row = await files.byPath(experiment.record.id, 'a');
  t.match(row, { sizeBytes: there.length, md5: createHash('md5').update(there).digest('hex') });
});
