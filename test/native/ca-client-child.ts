/**
 * A process with a CA client, which does one thing and then ends by itself, or doesn't.
 * argv: scenario, environment as JSON. What it prints are lines of JSON.
 */
import { readFile } from 'node:fs/promises';
import { setImmediate as nextLoop } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { CaClient, Ioc, type RecordWrite } from 'node-epics-ca';
import { PATIENCE_MS } from '../patience.js';
import { DM_DEFINITIONS } from '../dm-definitions.js';

const scenario = process.argv[2] ?? '';
const environment = JSON.parse(process.argv[3] ?? '{}') as Record<string, string>;

function say(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function collect(): void {
  for (let round = 0; round < 4; round += 1) global.gc?.();
}

async function busyClient(): Promise<CaClient> {
  const client = new CaClient({ environment, timeoutMs: PATIENCE_MS });
  await client.connect('t:ao');
  const monitor = client.monitor('t:counter');
  await monitor.next();
  client.channel('t:missing');
  return client;
}

async function workerRun(name: string): Promise<Worker> {
  const worker = new Worker(fileURLToPath(new URL('./ca-client-worker.js', import.meta.url)), {
    workerData: { name, environment },
  });
  await once(worker, 'message');
  return worker;
}

/** A record that JavaScript answers: each put takes one turn of the event loop. */
async function startIoc(): Promise<Ioc> {
  const ioc = new Ioc({ ...DM_DEFINITIONS, environment });
  ioc.loadRecords('test/native/ioc/records.db', { P: 't:' });
  await ioc.start(async (write: RecordWrite) => {
    await nextLoop();
    if (write.value === 13) throw new Error('unlucky');
  });
  return ioc;
}

const scenarios: Record<string, () => Promise<void>> = {
  async idle() {
    await busyClient();
    say('idle');
  },
  async pendingPut() {
    const client = await busyClient();
    const startMs = performance.now();
    void client.put('t:slow.A', 1, { complete: true }).then(() => {
      say({ afterMs: performance.now() - startMs });
    });
  },
  async pendingMonitor() {
    const client = await busyClient();
    let updates = 0;
    for await (const update of client.monitor('t:counter')) if (update.connected && ++updates === 4) break;
    say({ updates });
  },
  async exitCall() {
    const client = await busyClient();
    void client.put('t:never.A', 1, { complete: true });
    await client.get('t:ao');
    process.exit(0);
  },
  async uncaught() {
    const client = await busyClient();
    void client.put('t:never.A', 1, { complete: true });
    await client.get('t:ao');
    setImmediate(() => {
      throw new Error('on purpose');
    });
  },
  async listenerThrows() {
    const client = new CaClient({ environment, timeoutMs: PATIENCE_MS });
    process.once('uncaughtException', (error) => {
      say({ uncaught: error.message });
    });
    client.channel('t:ao').on('connect', () => {
      throw new Error('of a listener');
    });
    say({ other: (await client.get('t:float')).value });
  },
  async manyClients() {
    for (let round = 0; round < 30; round += 1) {
      const client = await busyClient();
      void client.close();
    }
    const last = await busyClient();
    say({ value: (await last.get('t:ao')).value });
  },
  async missing() {
    const client = new CaClient({ environment, timeoutMs: PATIENCE_MS });
    let ended = 0;
    for (let index = 0; index < 200; index += 1) {
      client.get(`t:missing${index}`, { timeoutMs: 60_000 }).catch(() => (ended += 1));
    }
    for (let round = 0; round < 50; round += 1) await readFile('package.json');
    say({ ended });
    await client.close();
  },
  async leak() {
    const client = new CaClient({ environment, timeoutMs: PATIENCE_MS });
    const monitor = client.monitor('t:float', { queueSize: 4 });
    const round = async (operations: number): Promise<void> => {
      for (let index = 0; index < operations; index += 100) {
        await Promise.all(
          Array.from({ length: 100 }, (_, offset) =>
            offset % 10 === 0
              ? client.put('t:float', index + offset, { complete: true, signal: new AbortController().signal })
              : client.put('t:float', index + offset, { complete: true }),
          ),
        );
        await client.get('t:doubles', { metadata: true });
        await client.get('t:missing', { timeoutMs: 1 }).catch(() => undefined);
        await monitor.next();
        const other = client.monitor('t:long');
        await other.next();
        await other.return();
      }
    };
    await client.put('t:doubles', new Float64Array(20_000), { complete: true });
    await round(10_000);
    collect();
    const before = process.memoryUsage();
    await round(10_000);
    collect();
    const after = process.memoryUsage();
    say({
      heapBytes: after.heapUsed - before.heapUsed,
      externalBytes: after.external - before.external,
      rssBytes: after.rss - before.rss,
    });
  },
  async workers() {
    const client = await busyClient();
    const workers = await Promise.all(['a', 'b', 'c'].map((name) => workerRun(name)));
    await client.put('t:ao', 5, { complete: true });
    await Promise.all(workers.map((worker) => worker.terminate()));
    say({ value: (await client.get('t:ao')).value });
  },
  async workerOnly() {
    for (let round = 0; round < 3; round += 1) {
      const worker = await workerRun(`round${round}`);
      await worker.terminate();
    }
    const client = await busyClient();
    say({ value: (await client.get('t:mbbo')).value });
  },
  async besideIoc() {
    const ioc = await startIoc();
    const client = new CaClient({ environment, timeoutMs: PATIENCE_MS });
    const channel = await client.connect('t:ao');
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => client.put('t:ao', index, { complete: true })),
    );
    const puts = results.map((result) =>
      result.status === 'fulfilled' ? 'done' : (result.reason as { code: string }).code,
    );
    say({ host: channel.connection?.host, puts, value: (await client.get('t:ao')).value });
    await client.close();
    await ioc.close();
  },
  async manyBesideIoc() {
    const ioc = await startIoc();
    let ended = 0;
    for (let round = 0; round < 100; round += 1) {
      const client = new CaClient({ environment, timeoutMs: PATIENCE_MS });
      await client.connect('t:ao');
      const puts = Array.from({ length: 3 }, (_, index) => client.put('t:ao', index, { complete: true }));
      puts.push(client.put('t:aao', [round], { complete: true }));
      const settled = Promise.allSettled(puts);
      await puts[0];
      await client.close();
      ended += (await settled).length;
    }
    say({ ended });
    await ioc.close();
  },
  async pendingBesideIoc() {
    const ioc = await startIoc();
    const client = new CaClient({ environment, timeoutMs: PATIENCE_MS });
    const put = client.put('t:soft', 1, { complete: true }).then(
      () => 'done',
      (error: unknown) => (error as { code: string }).code,
    );
    const second = new CaClient({ environment, timeoutMs: PATIENCE_MS });
    const isStarted = async (): Promise<boolean> => (await second.get('t:soft')).value === 1;
    while (!(await isStarted())) await nextLoop();
    await client.close();
    say({ put: await put });
    // The record ends the put for nobody.
    await second.put('t:soft', 0);
    say({ other: (await second.put('t:ao', 3, { complete: true }), (await second.get('t:ao')).value) });
    const third = new CaClient({ environment, timeoutMs: PATIENCE_MS });
    void third.put('t:soft', 1, { complete: true }).catch(() => undefined);
    while (!(await isStarted())) await nextLoop();
    await third.close();
    await second.close();
    await ioc.close();
  },
};

await scenarios[scenario]?.();
