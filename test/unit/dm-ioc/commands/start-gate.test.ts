import t from 'tap';
import { StartGate } from 'dm-ioc/internal/commands/start-gate';

const REFUSED = { code: 'ABORT_UNDER_WAY', message: /^refused: Abort is under way, put again/u };

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

async function soon(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A start as a put makes it: answered when it has been let through or refused. */
function put(gate: StartGate, started: string[], name: string): Promise<void> {
  const { promise, resolve } = deferred();
  const done = gate.start(() => {
    started.push(name);
    return Promise.resolve();
  }, promise);
  void done.then(resolve, resolve);
  return done;
}

await t.test('starts go through one at a time', async (t) => {
  const gate = new StartGate();
  const first = deferred();
  const start = gate.start(() => first.promise, Promise.resolve());
  await t.rejects(put(gate, [], 'second'), { code: 'SLOT_BUSY' });
  first.resolve();
  await start;
  await put(gate, [], 'third');
});

await t.test('an abort waits for the start under way, and ends what it has started', async (t) => {
  const gate = new StartGate();
  const taken = deferred();
  const events: string[] = [];
  const start = gate.start(async () => {
    await taken.promise;
    events.push('started');
  }, taken.promise);
  const abort = gate.abort('Abort', () => {
    events.push('aborted');
    return Promise.resolve();
  });
  await soon();
  t.same(events, []);
  taken.resolve();
  await Promise.all([start, abort]);
  t.same(events, ['started', 'aborted']);
});

await t.test('no start that waited behind an aborted one is carried out, however many there are', async (t) => {
  const gate = new StartGate();
  const started: string[] = [];
  const answered = deferred();
  await gate.start(() => Promise.resolve(), answered.promise);
  const ended = deferred();
  let isOver = false;
  const abort = gate
    .abort('Abort', () => ended.promise)
    .then(() => {
      isOver = true;
    });
  await t.rejects(put(gate, started, 'put meanwhile'), REFUSED);
  ended.resolve();
  await soon();
  t.notOk(isOver, 'whoever started has not been told yet');
  answered.resolve();
  await soon();
  for (const name of ['held back', 'held back behind it']) {
    await t.rejects(put(gate, started, name), REFUSED);
    await soon();
    t.notOk(isOver, 'another may be held back');
  }
  await abort;
  t.same(started, []);
  await put(gate, started, 'put afterwards');
  t.same(started, ['put afterwards']);
});

await t.test('an abort behind which nobody can wait keeps nobody out', async (t) => {
  const gate = new StartGate();
  const started: string[] = [];
  const abort = gate.abort('Abort', () => Promise.resolve());
  await put(gate, started, 'put right after it');
  t.same(started, ['put right after it']);
  await abort;
});

await t.test('an abort that fails keeps nobody out', async (t) => {
  const gate = new StartGate();
  const started: string[] = [];
  await put(gate, started, 'before');
  await t.rejects(
    gate.abort('Abort', () => Promise.reject(new Error('DM is away'))),
    { message: 'DM is away' },
  );
  await put(gate, started, 'afterwards');
  t.same(started, ['before', 'afterwards']);
});
