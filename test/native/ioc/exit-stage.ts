/** Lives until a stage of an IOC's life and ends there. argv: stage, JSON of the environment. */
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Ioc, IocError } from 'node-epics-ca';
import { DM_DEFINITIONS } from '../../dm-definitions.js';

const [stage, environment] = isMainThread
  ? [process.argv[2] ?? '', JSON.parse(process.argv[3] ?? '{}') as Record<string, string>]
  : (workerData as [string, Record<string, string>]);

if (isMainThread) {
  await inMain();
  // On a line of its own, after the prompt of the shell.
  process.stdout.write(`\n${JSON.stringify({ event: 'end', stage })}\n`);
} else {
  await inWorker();
}

async function inMain(): Promise<void> {
  if (stage.startsWith('worker')) return withWorker();
  if (stage === 'loaded') return;
  const ioc = new Ioc({ ...DM_DEFINITIONS, environment });
  if (stage === 'second') {
    expectAlreadyCreated();
    return;
  }
  if (stage === 'constructed') return;
  ioc.loadRecords('test/native/ioc/records.db', { P: 't:' });
  if (stage === 'records') return;
  if (stage === 'closed-before-start') return ioc.close();
  if (stage === 'exit-while-starting') {
    void ioc.start(() => undefined);
    process.stdout.write(`${JSON.stringify({ event: 'end', stage })}\n`);
    process.exit(0);
  }
  await ioc.start(() => undefined);
  if (stage === 'watched') ioc.watch({});
  if (stage === 'posting') {
    const record = ioc.deviceRecords().find(({ type }) => type === 'ai');
    for (let value = 0; record !== undefined && value < 1000; ++value) ioc.post([{ record, value }]);
  }
  if (stage === 'shell-open') void ioc.shell();
  if (stage === 'shell') {
    const status = await keepAlive(ioc.shell());
    await ioc.execute('dbl');
    if (status !== 0) throw new Error(`the shell ended with ${status}`);
  }
  if (stage === 'closed') await ioc.close();
}

async function inWorker(): Promise<void> {
  if (stage === 'worker-and-main') expectAlreadyCreated();
  else if (stage !== 'worker-terminated-loaded') {
    const ioc = new Ioc({ ...DM_DEFINITIONS, environment });
    ioc.loadRecords('test/native/ioc/records.db', { P: 't:' });
    const started = ioc.start(() => undefined);
    if (stage !== 'worker-terminated-starting') await started;
    if (stage === 'worker-terminated-watched') ioc.watch({ limitMs: 80 });
    if (stage === 'worker-terminated-shell') void ioc.shell();
    if (stage === 'worker') await ioc.close();
  }
  parentPort?.postMessage('ready');
  if (stage === 'worker-terminated-watched') for (;;);
  if (stage.startsWith('worker-terminated')) setInterval(() => undefined, 60_000);
}

async function withWorker(): Promise<void> {
  const ioc = stage === 'worker-and-main' ? new Ioc({ ...DM_DEFINITIONS, environment }) : undefined;
  if (ioc !== undefined) {
    ioc.loadRecords('test/native/ioc/records.db', { P: 't:' });
    await ioc.start(() => undefined);
  }
  const worker = new Worker(new URL(import.meta.url), { workerData: [stage, environment] });
  const exited = once(worker, 'exit');
  await once(worker, 'message');
  if (stage.startsWith('worker-terminated')) await worker.terminate();
  else await exited;
  if (stage === 'worker-terminated-shell') await untilShellEnds();
  if (stage.startsWith('worker-terminated-loaded')) return;
  if (stage === 'worker' || stage === 'worker-terminated') expectAlreadyCreated();
  const record = ioc?.deviceRecords()[0];
  if (ioc !== undefined && record !== undefined) ioc.readRecord(record);
  await ioc?.close();
}

function expectAlreadyCreated(): void {
  try {
    new Ioc({ ...DM_DEFINITIONS, environment });
  } catch (error) {
    if (error instanceof IocError && error.code === 'IOC_ALREADY_CREATED') return;
    throw error;
  }
  throw new Error('a second IOC was created');
}

/** The shell that the worker thread left behind is a thread of the process, and ends with its input. */
async function untilShellEnds(): Promise<void> {
  const threads = async (): Promise<number> => (await readdir('/proc/self/task')).length;
  const before = await threads();
  process.stdout.write(`\n${JSON.stringify({ event: 'terminated' })}\n`);
  while ((await threads()) >= before);
}

/** A shell doesn't keep the process alive; the application does. */
async function keepAlive<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, 60_000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
