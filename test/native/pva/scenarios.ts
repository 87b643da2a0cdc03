// One scenario in a process of its own, named by the first argument. It tells what happens in lines.
import { once } from 'node:events';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { ntScalar, ntTable, PvaClient, PvaServer } from 'epics-pva-ts';
import { pvxs } from 'node-pvxs';
import { PATIENCE_MS } from '../../patience.js';

const say = (word: string, data: unknown = ''): void => {
  process.stdout.write(`${word} ${typeof data === 'string' ? data : JSON.stringify(data)}\n`);
};
const number = ntScalar('float64');
const script = new URL(import.meta.url);

/** A server whose puts never end, with a client and a monitor of its own. */
async function busyServer(): Promise<{ server: PvaServer; client: PvaClient; reached: Promise<unknown> }> {
  const server = PvaServer.isolated();
  const reached = new Promise((resolve) => {
    server.add('t:n', number, {
      onPut: () => {
        resolve(undefined);
        return new Promise<undefined>(() => undefined);
      },
    });
  });
  const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  await client.monitor('t:n').next();
  return { server, client, reached };
}

function follow(client: PvaClient): void {
  void (async () => {
    for await (const update of client.monitor('t:n')) say('update', String(update.value));
  })();
}

const scenarios: Readonly<Record<string, () => unknown>> = {
  /** Raw objects that nobody uses. */
  idle: () => {
    const pv = pvxs.sharedPvBuildMailbox();
    pvxs.sharedPvOnPut(pv, () => undefined);
    const value = pvxs.valueCreate(number.descriptor);
    pvxs.sharedPvOpen(pv, value);
    const server = pvxs.serverCreateIsolated();
    pvxs.serverAddPv(server, 't:n', pv);
    pvxs.serverStart(server);
    const context = pvxs.contextCreate(pvxs.serverClientDefinitions(server));
    pvxs.contextMonitor(context, 't:n', { request: null, server: null }, () => undefined);
    pvxs.contextGet(context, 't:none', { request: null, server: null }, () => undefined);
  },
  /** A server serves until it is closed. */
  serving: async () => {
    const server = PvaServer.isolated();
    server.add('t:n', number);
    say('serving');
    await once(process.stdin, 'data');
    process.stdin.pause();
    server.close();
  },
  /** The process ends in the middle of everything, by process.exit(). */
  exit: async () => {
    const { server, client, reached } = await busyServer();
    follow(client);
    say('settings', server.clientSettings);
    void client.get('t:none').catch(() => undefined);
    await reached;
    process.exit(0);
  },
  /** The same, by an error that nobody catches. */
  uncaught: async () => {
    const { server, client, reached } = await busyServer();
    follow(client);
    say('settings', server.clientSettings);
    await reached;
    setImmediate(() => {
      throw new Error('uncaught on purpose');
    });
  },
  /** The same, because nothing keeps the process running. */
  natural: async () => {
    const { server, reached } = await busyServer();
    say('settings', server.clientSettings);
    await reached;
    server.unref();
  },
  /** Handlers that drop a put: only garbage collection is left to answer it. */
  dropped: async () => {
    const pv = pvxs.sharedPvBuildReadonly();
    pvxs.sharedPvOpen(pv, pvxs.valueCreate(number.descriptor));
    pvxs.sharedPvOnPut(pv, () => undefined);
    const server = pvxs.serverCreateIsolated();
    pvxs.serverAddPv(server, 't:n', pv);
    pvxs.serverStart(server);
    const collect = setInterval(() => globalThis.gc?.(), 10);
    const client = new PvaClient({ environment: pvxs.serverClientDefinitions(server), timeoutMs: PATIENCE_MS });
    await client.put('t:n', 1).catch((error: unknown) => {
      say('error', { ...(error as object), message: (error as Error).message });
    });
    clearInterval(collect);
  },
  /** A handler waits for what nothing can bring. */
  forgotten: async () => {
    using server = PvaServer.isolated();
    server.add('t:n', number, { onPut: () => new Promise<undefined>(() => undefined) });
    const collect = setInterval(() => globalThis.gc?.(), 10);
    using client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
    await client.put('t:n', 1, { timeoutMs: 300_000 }).catch((error: unknown) => {
      say('error', { ...(error as object), message: (error as Error).message });
    });
    clearInterval(collect);
  },
  /** Main thread, then a worker that ends, then the main thread again. */
  workers: async () => {
    const use = async (): Promise<void> => {
      using server = PvaServer.isolated();
      server.add('t:n', number, { initial: 1, onPut: (put) => put.value });
      using client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
      await client.put('t:n', 2);
      say('value', String((await client.get('t:n')).value));
    };
    await use();
    for (let round = 0; round < 3; round++) {
      const worker = new Worker(script, { argv: ['workers'], workerData: 'use' });
      await once(worker, 'exit');
      await use();
    }
  },
  /** A worker that is terminated while it serves, puts and monitors. */
  terminated: async () => {
    const worker = new Worker(script, { argv: ['terminated'], workerData: 'busy' });
    const [settings] = (await once(worker, 'message')) as [Record<string, string>];
    const client = new PvaClient({ environment: settings, timeoutMs: PATIENCE_MS });
    const put = client.put('t:n', 1).then(
      () => 'answered',
      (error: unknown) => (error as { code: string }).code,
    );
    await once(worker, 'message');
    await worker.terminate();
    say('put', await put);
    client.close();
    using server = PvaServer.isolated();
    server.add('t:n', ntTable({ a: { type: 'string' } })).post({ a: ['still works'] });
    say('done');
  },
};

const workers: Readonly<Record<string, () => unknown>> = {
  use: async () => {
    const server = PvaServer.isolated();
    const pv = server.add('t:n', number, { onPut: (put) => put.value });
    const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
    await client.put('t:n', 3);
    say('worker', String(pv.get()));
    server.unref();
  },
  busy: async () => {
    const { server, client, reached } = await busyServer();
    follow(client);
    parentPort?.postMessage(server.clientSettings);
    await reached;
    parentPort?.postMessage('reached');
  },
};

const name = process.argv[2] ?? '';
await (isMainThread ? scenarios[name] : workers[workerData as string])?.();
