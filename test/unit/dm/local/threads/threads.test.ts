import { join } from 'node:path';
import t from 'tap';
import { CopyPool } from 'dm/internal/local/copy/copy-pool';
import type { CopyTask } from 'dm/internal/local/copy/copy-messages';
import { Database, statement } from 'dm/internal/local/store/database';
import { selectionOf } from 'dm/internal/local/tree/file-selection';
import { TreeService } from 'dm/internal/local/tree/tree-service';
import { temporaryDirectory } from '../../port/temporary-directory.js';

const script = (name: string): URL => new URL(`./${name}.js`, import.meta.url);
const TASK: CopyTask = {
  sourceRoot: '/',
  destinationRoot: '/',
  stagingDirectory: '/',
  checksum: false,
  transfer: false,
  abort: new SharedArrayBuffer(4),
  items: [],
};

void t.test(
  'a copy thread that ends while it has nothing to do is replaced, and no batch is lost with it',
  async (t) => {
    const pool = new CopyPool(1, script('dying-copy-worker'));
    for (let count = 0; count < 10; count++) t.same(await pool.run(TASK, false), []);
    await pool.close();
  },
);

void t.test('a tree thread that ends while it has nothing to do is replaced, and no call hangs', async (t) => {
  const tree = new TreeService(script('dying-tree-worker'));
  let answered = 0;
  for (let count = 0; count < 10; count++) {
    await tree
      .scan('/', selectionOf({}), () => undefined)
      .then(
        () => answered++,
        (error: unknown) => {
          t.match(error, { code: 'DM_COMMAND_FAILED', message: /tree thread failed: it exited with 7/u });
        },
      );
  }
  t.ok(answered > 0);
  await tree.close();
  await t.rejects(
    tree.scan('/', selectionOf({}), () => undefined),
    { code: 'DM_COMMAND_FAILED', message: /closed/u },
    'nothing begins a thread after the end',
  );
});

void t.test('a database thread that fails is replaced; what it had not answered fails', async (t) => {
  const file = join(await temporaryDirectory(t), 'dm.sqlite');
  const database = new Database(file, () => undefined, script('fragile-database-worker'));
  t.teardown(() => database.close());
  const insert = (name: string): ReturnType<Database['write']> =>
    database.write([statement('INSERT INTO experiment_types (name) VALUES (?)', name)]);
  await insert('before');
  await t.rejects(database.get('DIE'), { code: 'DM_DB', message: /thread failed \(it exited with 7\).*dm\.sqlite/u });
  await insert('after');
  t.same(await database.all((row) => row['name'], 'SELECT name FROM experiment_types ORDER BY id'), [
    'before',
    'after',
  ]);
});
