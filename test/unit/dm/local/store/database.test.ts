import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import t from 'tap';
import { Database } from 'dm/internal/local/store/database';
import { temporaryDirectory } from '../../port/temporary-directory.js';

void t.test('one engine at a time uses a database', async (t) => {
  const file = join(await temporaryDirectory(t), 'dm.sqlite');
  const first = new Database(file);
  t.throws(() => new Database(file), { code: 'DM_CONFIGURATION', message: /in use by another engine/u });
  first.close();
  new Database(file).close();
});

void t.test('a transaction that throws leaves nothing, and a nested one belongs to the outer', async (t) => {
  const database = new Database(join(await temporaryDirectory(t), 'dm.sqlite'));
  t.teardown(() => {
    database.close();
  });
  const add = (name: string): void => void database.run('INSERT INTO experiment_types (name) VALUES (?)', name);
  t.throws(
    () =>
      database.transaction(() => {
        add('a');
        database.transaction(
          () => {
            add('b');
          },
          { durable: true },
        );
        throw new Error('no');
      }),
    { message: 'no' },
  );
  t.same(database.all('SELECT * FROM experiment_types'), []);
  database.transaction(
    () => {
      add('c');
    },
    { durable: true },
  );
  t.equal(database.get('SELECT name FROM experiment_types')?.['name'], 'c');
  t.equal(database.get('PRAGMA synchronous')?.['synchronous'], 1, 'the next commit is an ordinary one again');
});

void t.test('a database of a newer program is refused', async (t) => {
  const file = join(await temporaryDirectory(t), 'dm.sqlite');
  new Database(file).close();
  const raw = new DatabaseSync(file);
  raw.exec('PRAGMA user_version = 999');
  raw.close();
  t.throws(() => new Database(file), { code: 'DM_CONFIGURATION', message: /newer/u });
});

void t.test('a file that is no database, is damaged or can not be opened is named, with the remedy', async (t) => {
  const directory = await temporaryDirectory(t);
  const garbage = join(directory, 'garbage');
  await writeFile(garbage, 'no database '.repeat(1000));
  t.throws(() => new Database(garbage), { code: 'DM_DB', message: /not a database; .*backup.*garbage/u });
  const folder = join(directory, 'folder');
  await mkdir(folder);
  t.throws(() => new Database(folder), { code: 'DM_DB', message: /unable to open.*read and write.*folder/u });
  const damaged = join(directory, 'damaged');
  new Database(damaged).close();
  await truncate(damaged, 8192);
  t.throws(() => new Database(damaged).all('SELECT * FROM experiments'), {
    code: 'DM_DB',
    message: /malformed; .*backup.*damaged/u,
  });
});
