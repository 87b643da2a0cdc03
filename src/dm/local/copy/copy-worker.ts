import { giveWay } from '../give-way.js';
import { ThreadPort } from '../thread-port.js';
import { copyBatch } from './copy-batch.js';
import type { CopyReply, CopyRequest } from './copy-messages.js';

/** The copy thread: one batch after the other, so that neither disk nor checksum ever holds up the main thread. */
giveWay();
const port = new ThreadPort<CopyRequest, CopyReply>(({ id, task }) => {
  void copyBatch(task).then((outcomes) => {
    port.post({ id, outcomes });
  });
});
