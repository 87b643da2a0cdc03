/**
 * An IOC that a test drives: commands are lines of JSON on stdin, answers and events lines of JSON on stdout.
 * argv: a JSON object of type ChildOptions.
 */
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  guardExit,
  Ioc,
  type AlarmSeverity,
  type AlarmStatus,
  type DeviceRecord,
  type RecordValue,
  type RecordWrite,
} from 'node-epics-ca';
import type * as WriteDispatcherModule from '../../../src/node-epics-ca/ioc/write-dispatcher.js';
import { internal } from '../../unit/node-epics-ca/ioc/internal.js';
import { fromJson, toJson } from './json-value.js';
import { DM_DEFINITIONS } from '../../dm-definitions.js';

export interface ChildOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly databases: readonly string[];
  readonly access?: string;
  readonly maxQueuedWrites?: number;
  readonly initial?: readonly ChildUpdate[];
  /** How writes are handled: kept until `settle`, answered at once, or answered after the current events. */
  readonly mode?: 'hold' | 'sync' | 'async';
  /** SIGTERM ends the process within this. */
  readonly exitLimitMs?: number;
}
export interface ChildUpdate {
  readonly name: string;
  readonly value?: unknown;
  readonly severity?: AlarmSeverity;
  readonly status?: AlarmStatus;
  readonly message?: string;
  readonly timeMs?: number;
}
interface Command {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

const options = JSON.parse(process.argv[2] ?? '{}') as ChildOptions;
let mode = options.mode ?? 'hold';
const ioc = new Ioc({
  ...DM_DEFINITIONS,
  environment: options.environment,
  onMessage: (line) => {
    emit({ event: 'message', line });
  },
  onError: (error) => {
    emit({ event: 'error', message: String(error) });
  },
  ...(options.maxQueuedWrites !== undefined && { maxQueuedWrites: options.maxQueuedWrites }),
});
const held: { write: RecordWrite; resolve: () => void; reject: (error: Error) => void }[] = [];
for (const file of options.databases) ioc.loadRecords(file, { P: 't:' });
if (options.access !== undefined) ioc.setAccessSecurity(options.access);
const records = new Map<string, DeviceRecord>(ioc.deviceRecords().map((record) => [record.name.slice(2), record]));
ioc.onPut((put) => {
  emit({ event: 'put', ...put });
  if (put.value === 'throw') throw new Error('a put listener threw');
});

await ioc.start(handle, {
  beforeRun: () => {
    post(options.initial ?? []);
  },
});
const lines = createInterface({ input: process.stdin });
const keepAlive = setInterval(() => undefined, 60_000);
process.once('SIGTERM', () => void close(100));
if (options.exitLimitMs !== undefined) {
  guardExit({ signals: ['SIGTERM'], limitMs: options.exitLimitMs, line: 'not ended in time\n' });
}
lines.on('line', (line) => void answer(JSON.parse(line) as Command));
emit({ event: 'ready' });

function handle(write: RecordWrite): Promise<void> | void {
  if (mode === 'sync') return;
  if (mode === 'async') return Promise.resolve();
  emit({
    event: 'write',
    name: write.record.name.slice(2),
    value: toJson(write.value),
    user: write.user,
    host: write.host,
    isShortString: write.isShortString,
    requestText: write.requestText ?? null,
  });
  return new Promise<void>((resolve, reject) => {
    held.push({ write, resolve, reject });
    if (write.record.type === 'busy') {
      write.signal.addEventListener('abort', () => {
        emit({ event: 'cancel', name: write.record.name.slice(2) });
        forget(write);
        reject(new Error('cancelled on request'));
      });
    }
  });
}

function forget(write: RecordWrite): void {
  const position = held.findIndex((entry) => entry.write === write);
  if (position >= 0) held.splice(position, 1);
}

function recordOf(name: string): DeviceRecord {
  const record = records.get(name);
  if (record === undefined) throw new Error(`no record ${name}`);
  return record;
}

function post(updates: readonly ChildUpdate[]): void {
  ioc.post(
    updates.map(({ name, value, ...rest }) => ({
      record: recordOf(name),
      ...(value !== undefined && { value: fromJson(value) as RecordValue }),
      ...rest,
    })),
  );
}

async function close(graceMs: number): Promise<void> {
  await ioc.close({ graceMs });
  await ioc.close({ graceMs });
  lines.close();
  clearInterval(keepAlive);
  emit({ event: 'closed' });
}

function settle(name: string, error?: { message: string; severity?: string }): void {
  const position = held.findIndex((entry) => entry.write.record.name === `t:${name}`);
  const [entry] = held.splice(position, 1);
  if (position < 0 || entry === undefined) throw new Error(`no write of ${name} is held`);
  if (error === undefined) entry.resolve();
  else entry.reject(Object.assign(new Error(error.message), { severity: error.severity }));
}

const methods: Record<string, (...args: never[]) => unknown> = {
  post: (...updates: ChildUpdate[]) => {
    post(updates);
  },
  read: (name: string) => toJson(ioc.readRecord(recordOf(name))),
  getField: (name: string) => ioc.getField(`t:${name}`),
  putField: (name: string, value: string) => {
    ioc.putField(`t:${name}`, value);
  },
  execute: (line: string) => ioc.execute(line),
  mayWrite: (group: string, users: readonly string[], host: string) => ioc.mayWrite(group, users, host),
  accessNamesRoles: () => ioc.accessNamesRoles(),
  counters: () => ioc.counters(),
  records: () => ioc.deviceRecords(),
  mode: (next: NonNullable<ChildOptions['mode']>) => {
    mode = next;
  },
  /** Answer the oldest held write of a record. */
  settle,
  /** As clients would, to every record. */
  putAll: (value: string) => {
    for (const { name } of ioc.deviceRecords()) ioc.putField(name, value);
  },
  /** Answer the oldest held write of a record, and post right after it is complete. */
  settleAndPost: async (name: string, update: ChildUpdate) => {
    settle(name);
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    post([update]);
  },
  /** Answer every held write. @returns how many */
  settleAll: () => {
    const all = held.splice(0);
    for (const { resolve } of all) resolve();
    return all.length;
  },
  postMany: (name: string, count: number) => {
    const record = recordOf(name);
    const values = record.states.length > 0 ? record.states.length : count;
    for (let i = 0; i < count; ++i) {
      ioc.post([{ record, value: i % values, severity: i % 2 === 0 ? 'NONE' : 'MINOR', message: `number ${i}` }]);
    }
  },
  /** Keep the event loop from running until a file is there. */
  blockUntil: (file: string, ...updates: ChildUpdate[]) => {
    while (!existsSync(file));
    post(updates);
  },
  /** The code that is called from native code has a defect at the next write. */
  failNextWrite: async () => {
    const { WriteDispatcher } = await internal<typeof WriteDispatcherModule>('write-dispatcher');
    const whole = Object.getOwnPropertyDescriptor(WriteDispatcher.prototype, 'begin') ?? {};
    WriteDispatcher.prototype.begin = () => {
      Object.defineProperty(WriteDispatcher.prototype, 'begin', whole);
      throw new Error('a defect');
    };
  },
  watch: (name: string, limitMs: number) => {
    ioc.watch({
      record: recordOf(name),
      limitMs,
      line: 'JavaScript stands still since {ms}, {local}\n',
      onAnswer: (stalledMs) => {
        emit({ event: 'answer', stalledMs });
      },
    });
  },
  memory: () => {
    globalThis.gc?.();
    return process.memoryUsage().rss;
  },
  close,
  throwUncaught: () => {
    setImmediate(() => {
      throw new Error('uncaught on purpose');
    });
  },
  exitNow: (code: number) => process.exit(code),
};

async function answer({ id, method, args }: Command): Promise<void> {
  try {
    const call = methods[method];
    if (call === undefined) throw new Error(`no method ${method}`);
    emit({ id, result: (await (call as (...values: unknown[]) => unknown)(...args)) ?? null });
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    emit({ id, error: { message, code } });
  }
}

function emit(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
