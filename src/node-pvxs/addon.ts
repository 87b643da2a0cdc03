import { loadAddon } from 'epics-libs';
import type { NodePvxs } from './node-pvxs.js';

/** pvxs, as loaded into this thread of Node. */
export const pvxs: NodePvxs = loadAddon<NodePvxs>(import.meta.url, 'node_pvxs');

// process.exit() doesn't run an environment's clean-up hooks: clients would be left without an answer.
process.once('exit', () => {
  pvxs.shutdown();
});
