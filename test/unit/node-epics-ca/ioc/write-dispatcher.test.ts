import t from 'tap';
import type { DeviceRecord, RecordWrite, WriteHandler } from 'node-epics-ca';
import type { NativeIoc } from '../../../../src/node-epics-ca/ioc/native-ioc.js';
import type * as WriteDispatcherModule from '../../../../src/node-epics-ca/ioc/write-dispatcher.js';
import { internal } from './internal.js';

const { WriteDispatcher } = await internal<typeof WriteDispatcherModule>('write-dispatcher');
type Dispatcher = InstanceType<typeof WriteDispatcher>;
const PUT = { value: 1, user: 'user', host: 'host', isShortString: false };
type Completion = [index: number, flight: number, severity: number, message: string];

function dispatcher(handler: WriteHandler): { dispatcher: Dispatcher; completions: Completion[] } {
  const completions: Completion[] = [];
  const native = {
    complete: (...completion: Completion) => {
      completions.push(completion);
      return true;
    },
  } as Pick<NativeIoc, 'complete'> as NativeIoc;
  const records = ['ao', 'busy'].map((name, index) => ({ name, index }) as DeviceRecord);
  return { dispatcher: new WriteDispatcher(native, records, handler), completions };
}

void t.test('a write completes once, when the handler is done', async (t) => {
  let finish: () => void = () => undefined;
  const { dispatcher: it, completions } = dispatcher(() => new Promise<void>((resolve) => (finish = resolve)));
  it.begin(0, 7, PUT);
  t.same(completions, []);
  finish();
  finish();
  await new Promise(setImmediate);
  t.same(completions, [[0, 7, 0, '']]);
});

void t.test('a handler that returns nothing completes the write at once', (t) => {
  const { dispatcher: it, completions } = dispatcher(() => undefined);
  it.begin(1, 8, PUT);
  t.same(completions, [[1, 8, 0, '']]);
  t.end();
});

void t.test('whatever is thrown or rejected fails the write with its message and severity', async (t) => {
  const thrown: readonly [value: unknown, severity: number, message: string][] = [
    [new Error('plain'), 3, 'plain'],
    [Object.assign(new Error('major'), { severity: 'MAJOR' }), 2, 'major'],
    [Object.assign(new Error('minor'), { severity: 'MINOR' }), 1, 'minor'],
    [Object.assign(new Error('odd'), { severity: 'NONE' }), 3, 'odd'],
    [new Error(''), 3, 'the write failed without a reason'],
    ['a string', 3, 'a string'],
    [undefined, 3, 'undefined'],
    [null, 3, 'null'],
    [Symbol('odd'), 3, 'Symbol(odd)'],
    [Object.create(null), 3, 'the write failed without a reason'],
    [Object.assign(new Error('text'), { message: 42 }), 3, '42'],
  ];
  for (const [value, severity, message] of thrown) {
    for (const handler of [
      () => {
        throw value;
      },
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a handler may
      () => Promise.reject(value),
    ] as WriteHandler[]) {
      const { dispatcher: it, completions } = dispatcher(handler);
      it.begin(0, 1, PUT);
      await new Promise(setImmediate);
      t.same(completions, [[0, 1, severity, message]]);
    }
  }
});

void t.test('cancel aborts the signal of that write only', (t) => {
  const writes: RecordWrite[] = [];
  const { dispatcher: it } = dispatcher((write) => {
    writes.push(write);
    return new Promise<void>(() => undefined);
  });
  it.begin(0, 1, PUT);
  it.begin(1, 2, PUT);
  it.cancel(1, 99);
  it.cancel(1, 2);
  t.same(
    writes.map((write) => write.signal.aborted),
    [false, true],
  );
  t.match(writes[1]?.signal.reason, { name: 'AbortError', message: /busy/ });
  t.end();
});

void t.test('close aborts what runs, refuses what comes, and waits', async (t) => {
  const { dispatcher: it, completions } = dispatcher(
    (write) =>
      new Promise<void>((_, reject) => {
        write.signal.addEventListener('abort', () => {
          reject(write.signal.reason as Error);
        });
      }),
  );
  it.begin(0, 1, PUT);
  const closed = it.close(10_000);
  it.begin(1, 2, PUT);
  await closed;
  t.same(completions, [
    [1, 2, 3, 'the IOC is shutting down'],
    [0, 1, 3, 'the IOC is shutting down'],
  ]);
});

void t.test('close waits no longer than it may', async (t) => {
  const { dispatcher: it, completions } = dispatcher(() => new Promise<void>(() => undefined));
  it.begin(0, 1, PUT);
  await it.close(10);
  t.same(completions, [], 'the write is left for the native side to fail');
});
