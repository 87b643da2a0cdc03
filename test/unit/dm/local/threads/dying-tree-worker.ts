import { ThreadPort } from 'dm/internal/local/thread-port';
import type { TreeReply, TreeRequest } from 'dm/internal/local/tree/tree-messages';

/** Answers one scan, and ends when it has nothing to do any more. */
const port = new ThreadPort<TreeRequest, TreeReply>(({ id }) => {
  port.post({ kind: 'scanned', id, errors: [], rootIdentity: String(id) });
  setImmediate(() => process.exit(7));
});
