import { rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Database, statement } from 'dm/internal/local/store/database';
import { temporaryDirectory } from '../../port/temporary-directory.js';

interface OpenDatabase {
  readonly database: Database;
  readonly file: string;
  /** What was told of the file, in order. */
  readonly troubles: (string | null)[];
  readonly insert: (...names: string[]) => Promise<unknown>;
  readonly names: () => Promise<unknown[]>;
}

async function openDatabase(t: Test): Promise<OpenDatabase> {
  const file = join(await temporaryDirectory(t), 'dm.sqlite');
  const troubles: (string | null)[] = [];
  const database = new Database(file, (message) => troubles.push(message));
  t.teardown(() => database.close());
  await database.open();
  const sql = 'INSERT INTO experiment_types (name) VALUES (?)';
  return {
    database,
    file,
    troubles,
    insert: (...names) => database.write([{ sql, rows: names.map((name) => [name]) }], { durable: true }),
    names: () => database.all((row) => row['name'], 'SELECT name FROM experiment_types ORDER BY id'),
  };
}

void t.test('writes that are asked for at once each get their own answer; one that fails leaves nothing', async (t) => {
  const { insert, names } = await openDatabase(t);
  const outcomes = await Promise.allSettled([insert('a'), insert('lost', 'a'), insert('b'), insert('a'), insert('c')]);
  t.same(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  );
  t.match(outcomes[1], { reason: { code: 'DM_DB', message: /UNIQUE.*dm\.sqlite/u } });
  t.same(await names(), ['a', 'b', 'c']);
});

void t.test('a read sees every write that was asked for before it', async (t) => {
  const { insert, names } = await openDatabase(t);
  const writing = insert('a');
  t.same(await names(), ['a']);
  await writing;
});

void t.test('a long list comes in pages, and may be left early; others are answered meanwhile', async (t) => {
  const { database, insert, names } = await openDatabase(t);
  await insert(...Array.from({ length: 1000 }, (_, index) => `type${index}`));
  const sizes: number[] = [];
  for await (const rows of database.pages('SELECT * FROM experiment_types')) {
    sizes.push(rows.length);
    t.match(await database.get('SELECT count(*) AS n FROM experiment_types'), { n: 1000 });
  }
  t.ok(sizes.length > 1 && sizes.every((size) => size <= 250), String(sizes));
  for await (const rows of database.pages('SELECT * FROM experiment_types')) if (rows.length > 0) break;
  t.equal((await names()).length, 1000);
});

void t.test('a statement is repeated until it has changed everything, other writes come between', async (t) => {
  const { database, insert, names } = await openDatabase(t);
  await insert(...Array.from({ length: 1200 }, (_, index) => `type${index}`));
  const removing = database.writeRepeatedly(
    'DELETE FROM experiment_types WHERE id IN (SELECT id FROM experiment_types WHERE name LIKE ? LIMIT ?)',
    'type%',
  );
  await insert('kept');
  t.ok((await names()).length > 1, 'it was not waited for');
  t.equal(await removing, 1200);
  t.same(await names(), ['kept']);
});

void t.test('nothing is written into a file that is gone, and a word tells so; reading goes on', async (t) => {
  const { file, troubles, insert, names } = await openDatabase(t);
  await insert('a');
  await rename(file, `${file}.away`);
  await t.rejects(insert('b'), { code: 'DM_DB', message: /dm\.sqlite is gone.*nothing more is written; stop dm-ioc/u });
  t.match(troubles, [/is gone/u]);
  t.same(await names(), ['a']);
  await rename(`${file}.away`, file);
  await insert('c');
  t.match(troubles, [/is gone/u, null]);
  t.same(await names(), ['a', 'c']);
});

void t.test('a file that was replaced, overwritten or has lost its log is noticed', async (t) => {
  const cases: readonly [title: string, damage: (file: string) => Promise<void>, message: RegExp][] = [
    ['replaced', (file) => rm(file).then(() => writeFile(file, 'another')), /changed by another program/u],
    ['truncated', (file) => truncate(file, 0), /changed by another program/u],
    ['without its log', (file) => rm(`${file}-wal`), /dm\.sqlite-wal was removed/u],
    ['its directory is gone', (file) => rm(join(file, '..'), { recursive: true }), /is gone/u],
  ];
  for (const [title, damage, message] of cases) {
    const { file, insert } = await openDatabase(t);
    await insert('a');
    await damage(file);
    await t.rejects(insert('b'), { code: 'DM_DB', message }, title);
  }
});

void t.test('it is noticed without a write, too', async (t) => {
  const file = join(await temporaryDirectory(t), 'dm.sqlite');
  const told = new Promise<string | null>((resolve) => {
    const database = new Database(file, resolve);
    t.teardown(() => database.close());
    void database.open().then(() => rm(file));
  });
  t.match(await told, /is gone/u);
});

void t.test('a closed database refuses', async (t) => {
  const { database } = await openDatabase(t);
  const last = database.write([statement('INSERT INTO experiment_types (name) VALUES (?)', 'x')]);
  await database.close();
  t.equal((await last).length, 1, 'what was asked for before is done');
  await t.rejects(database.get('SELECT 1'), { code: 'DM_DB', message: /closed/u });
});
