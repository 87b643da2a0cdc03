/** A worker thread with a CA client of its own that has everything open and pending when it is ended. */
import { parentPort, workerData } from 'node:worker_threads';
import { CaClient } from 'node-epics-ca';
import { PATIENCE_MS } from '../patience.js';

const { environment } = workerData as { environment: Record<string, string> };
const client = new CaClient({ environment, timeoutMs: PATIENCE_MS });
const monitor = client.monitor('t:counter');
await monitor.next();
await client.put('t:float', 1, { complete: true });
void client.put('t:never.A', 1, { complete: true });
void client.get('t:missing', { timeoutMs: 60_000 });
parentPort?.postMessage('ready');
// The thread is ended in the middle of deliveries.
for (let value = 0; ; value += 1) {
  await Promise.all(Array.from({ length: 20 }, () => client.put('t:float', value)));
  await client.get('t:float');
}
