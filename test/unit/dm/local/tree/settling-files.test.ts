import t from 'tap';
import { SettlingFiles } from 'dm/internal/local/tree/settling-files';
import type { TreeEntry } from 'dm/internal/local/tree/tree-messages';

void t.test('a file is complete once it stood still for the quiet time', (t) => {
  const now = 1_000_000;
  let entry: TreeEntry | undefined = { path: 'a', sizeBytes: 1, mtimeMs: now, inode: 1, ctimeMs: 0.5 };
  const files = new SettlingFiles(100, () => entry);
  t.ok(files.add('a', now));
  t.notOk(files.add('a', now), 'it is watched once');
  t.same(files.poll(now), { settled: [], gone: [] });
  entry = { ...entry, sizeBytes: 2, mtimeMs: now + 90 };
  t.same(files.poll(now + 110).settled, [], 'it grew');
  t.same(files.poll(now + 150).settled, [], 'not yet quiet for long enough');
  t.same(files.poll(now + 220).settled, [entry]);
  t.equal(files.size, 0);
  files.add('a', now + 300);
  entry = undefined;
  t.same(files.poll(now + 300).gone, ['a']);
  entry = { path: 'a', sizeBytes: 2, mtimeMs: now - 60_000, inode: 1, ctimeMs: 0 };
  files.add('a', now);
  t.same(files.poll(now).settled, [entry], 'a file of long ago is complete at first sight');
  entry = { path: 'a', sizeBytes: 2, mtimeMs: now - 3_600_000, inode: 1, ctimeMs: 0 };
  files.add('a', now);
  t.same(files.poll(now, now - 3_600_000).settled, [], 'one of just now isn’t of long ago when the clock was set back');
  t.end();
});

void t.test('where files have whole seconds only, a file is complete when no write can look the same any more', (t) => {
  const now = 1_000_000;
  const entry: TreeEntry = { path: 'a', sizeBytes: 1, mtimeMs: 1000, inode: 1, ctimeMs: now };
  const files = new SettlingFiles(100, () => entry);
  files.add('a', now);
  t.same(files.poll(now).settled, [], 'an old time of its content says nothing: it was changed just now');
  t.same(files.poll(now + 900).settled, []);
  t.same(files.poll(now + 1000).settled, [entry]);
  t.end();
});
