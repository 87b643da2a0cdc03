import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { silentLogger } from 'dm';
import { selectionOf } from 'dm/internal/local/tree/file-selection';
import { TreeFollower } from 'dm/internal/local/tree/tree-follower';
import { TreeService, type TreeListener, type TreeWatchHandle } from 'dm/internal/local/tree/tree-service';
import { temporaryDirectory } from '../../port/temporary-directory.js';

void t.test('a tree thread that failed is replaced, and what waited for it is settled', async (t) => {
  const root = await temporaryDirectory(t);
  const tree = new TreeService();
  const listeners: TreeListener[] = [];
  const handles: TreeWatchHandle[] = [];
  const open = tree.open.bind(tree);
  tree.open = (...args): ReturnType<typeof open> => {
    listeners.push(args[3]);
    const handle = open(...args);
    handles.push(handle);
    return handle;
  };
  const unsettled = new Set<string>();
  const settled = new Map<string, () => void>();
  const follower = new TreeFollower({
    tree,
    root,
    selection: selectionOf({}),
    quietTimeMs: 20,
    rescanPeriodMs: 60_000,
    log: silentLogger,
    isKnown: () => false,
    unsettled: () => [...unsettled],
    seen: (entries) => {
      for (const { path } of entries) unsettled.add(path);
    },
    room: () => Promise.resolve(),
    settled: (entries) => {
      for (const { path } of entries) {
        unsettled.delete(path);
        settled.get(path)?.();
      }
    },
    gone: () => undefined,
    scanned: () => undefined,
  });
  t.teardown(async () => {
    follower.close();
    await tree.close();
  });
  follower.begin();
  const first = new Promise<void>((resolve) => settled.set('first', resolve));
  await writeFile(join(root, 'first'), 'x');
  await first;
  const second = new Promise<void>((resolve) => settled.set('second', resolve));
  // From a thread that has ended nothing comes any more.
  handles[0]?.close();
  listeners[0]?.lost('out of memory');
  await writeFile(join(root, 'second'), 'x');
  unsettled.add('second');
  await second;
  t.equal(listeners.length, 2);
});
