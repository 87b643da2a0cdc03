import { parentPort } from 'node:worker_threads';
import { copyBatch } from './copy-batch.js';
import type { CopyReply, CopyRequest } from './copy-messages.js';

/** The copy thread: one batch after the other, so that neither disk nor checksum ever holds up the main thread. */
parentPort?.on('message', (request: CopyRequest) => {
  void copyBatch(request.task).then((outcomes) => {
    parentPort?.postMessage({ id: request.id, outcomes } satisfies CopyReply);
  });
});
