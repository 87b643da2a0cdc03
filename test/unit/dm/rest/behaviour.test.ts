import t from 'tap';
import { temporaryEngine } from '../local/temporary-engine.js';
import { dataManagementBehaviour } from '../port/behaviour.js';
import { serveDm } from '../served-dm.js';

const POLL = { pollMs: 50, listMs: 500, idleListMs: 1_000, maxBackoffMs: 500 };

// The same behaviour as of the embedded engine, through client and server over HTTPS.
dataManagementBehaviour(t, async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const { client, close } = await serveDm(engine, { client: { poll: { ...POLL, syncSettleMs: 3_000 } } });
  t.after(close);
  await client.start();
  return { dm: client, sourceDirectory };
});
