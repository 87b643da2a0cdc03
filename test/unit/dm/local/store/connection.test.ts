import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import t, { type Test } from 'tap';
import { Connection } from 'dm/internal/local/store/connection';
import { temporaryDirectory } from '../../port/temporary-directory.js';

void t.test('one engine at a time uses a database', async (t) => {
  const file = join(await temporaryDirectory(t), 'dm.sqlite');
  const first = new Connection(file);
  t.throws(() => new Connection(file), { code: 'DM_CONFIGURATION', message: /in use by another engine/u });
  first.close();
  new Connection(file).close();
});

const INSERT = 'INSERT INTO experiment_types (name) VALUES (?)';

async function openConnection(t: Test): Promise<{ connection: Connection; names: () => unknown[] }> {
  const connection = new Connection(join(await temporaryDirectory(t), 'dm.sqlite'));
  t.teardown(() => {
    connection.close();
  });
  const names = (): unknown[] => [...connection.iterate('SELECT name FROM experiment_types')].map((row) => row['name']);
  return { connection, names };
}

void t.test('a transaction that throws leaves nothing', async (t) => {
  const { connection, names } = await openConnection(t);
  t.throws(
    () =>
      connection.transaction(() => {
        connection.write([{ sql: INSERT, rows: [['a']] }]);
        connection.transaction(() => connection.write([{ sql: INSERT, rows: [['b']] }]), { durable: true });
        throw new Error('no');
      }),
    { message: 'no' },
  );
  t.same(names(), []);
});

void t.test('a transaction within another fails alone', async (t) => {
  const { connection, names } = await openConnection(t);
  connection.transaction(
    () => {
      connection.write([{ sql: INSERT, rows: [['a']] }]);
      t.throws(() => connection.write([{ sql: INSERT, rows: [['lost'], ['a']] }]), {
        code: 'DM_DB',
        message: /UNIQUE/u,
      });
      connection.write([{ sql: INSERT, rows: [['c']] }]);
    },
    { durable: true },
  );
  t.same(names(), ['a', 'c']);
  t.equal(connection.get('PRAGMA synchronous')?.['synchronous'], 1, 'the next commit is an ordinary one again');
});

void t.test('a transaction refuses a body that goes on after it', async (t) => {
  const { connection, names } = await openConnection(t);
  t.throws(
    () =>
      connection.transaction(() => {
        connection.write([{ sql: INSERT, rows: [['a']] }]);
        return Promise.resolve();
      }),
    { message: /must not return a Promise/u },
  );
  t.same(names(), []);
  connection.write([{ sql: INSERT, rows: [['b']] }]);
  t.same(names(), ['b']);
});

void t.test('a database of a newer program is refused', async (t) => {
  const file = join(await temporaryDirectory(t), 'dm.sqlite');
  new Connection(file).close();
  const raw = new DatabaseSync(file);
  raw.exec('PRAGMA user_version = 999');
  raw.close();
  t.throws(() => new Connection(file), { code: 'DM_CONFIGURATION', message: /newer/u });
});

void t.test('a file that is no database, is damaged or can not be opened is named, with the remedy', async (t) => {
  const directory = await temporaryDirectory(t);
  const garbage = join(directory, 'garbage');
  await writeFile(garbage, 'no database '.repeat(1000));
  t.throws(() => new Connection(garbage), { code: 'DM_DB', message: /not a database; .*backup.*garbage/u });
  const folder = join(directory, 'folder');
  await mkdir(folder);
  t.throws(() => new Connection(folder), { code: 'DM_DB', message: /unable to open.*read and write.*folder/u });
  const damaged = join(directory, 'damaged');
  new Connection(damaged).close();
  await truncate(damaged, 8192);
  t.throws(() => [...new Connection(damaged).iterate('SELECT * FROM experiments')], {
    code: 'DM_DB',
    message: /malformed; .*backup.*damaged/u,
  });
});
