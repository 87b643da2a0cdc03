import { parentPort } from 'node:worker_threads';
import type { DatabaseRequest } from 'dm/internal/local/store/database-messages';
import type { ThreadMessage } from 'dm/internal/local/thread-port';
import 'dm/internal/local/store/database-worker';

/** The database thread, which the query DIE ends. */
parentPort?.on('message', (message: ThreadMessage<DatabaseRequest>) => {
  if ('request' in message && message.request.kind === 'get' && message.request.sql === 'DIE') process.exit(7);
});
