import { giveWay } from '../give-way.js';
import { ThreadPort } from '../thread-port.js';
import { compileSelection } from './file-selection.js';
import { CHUNK_ENTRIES, directoryIdentity, scanTree, treeEntry } from './scan-tree.js';
import type { TreeEntry, TreeReply, TreeRequest } from './tree-messages.js';
import { TreeWatch } from './tree-watch.js';

/** The tree thread: watches and walks directory trees, so that a large one never holds up the main thread. */
const watches = new Map<number, TreeWatch>();
/** What lets the scans go on that wait for their entries to be worked on. */
const more = new Map<number, () => void>();

giveWay();

function post(reply: TreeReply): void {
  port.post(reply);
}

function weigh(reply: TreeReply): number {
  if ('entries' in reply) return reply.entries.length;
  return 'paths' in reply ? reply.paths.length : 1;
}

async function scan(request: Extract<TreeRequest, { kind: 'scan' }>): Promise<void> {
  const { id, root, isSorted } = request;
  const give = async (entries: readonly TreeEntry[]): Promise<void> => {
    post({ kind: 'entries', id, entries });
    await new Promise<void>((resolve) => more.set(id, resolve));
  };
  const all: TreeEntry[] = [];
  const errors = await scanTree(root, compileSelection(request.selection), async (entries) => {
    if (isSorted) all.push(...entries);
    else await give(entries);
  });
  all.sort((a, b) => (a.path < b.path ? -1 : 1));
  for (let at = 0; at < all.length; at += CHUNK_ENTRIES) await give(all.slice(at, at + CHUNK_ENTRIES));
  more.delete(id);
  post({ kind: 'scanned', id, errors, rootIdentity: directoryIdentity(root) });
}

function handle(request: TreeRequest): void {
  switch (request.kind) {
    case 'open':
      watches.set(request.id, new TreeWatch(request, post));
      break;
    case 'watch':
      watches.get(request.id)?.watch();
      break;
    case 'unwatch':
      void watches.get(request.id)?.unwatch();
      break;
    case 'close':
      void watches.get(request.id)?.close();
      watches.delete(request.id);
      break;
    case 'settle':
      watches.get(request.id)?.settle(request.paths);
      break;
    case 'scan':
      void scan(request);
      break;
    case 'more':
      more.get(request.id)?.();
      break;
    case 'check': {
      const missing = request.files.filter(
        ({ path, sizeBytes }) => treeEntry(request.root, path)?.sizeBytes !== sizeBytes,
      );
      post({ kind: 'checked', id: request.id, missing: missing.map(({ path }) => path) });
    }
  }
}

const port = new ThreadPort<TreeRequest, TreeReply>(handle, weigh);
