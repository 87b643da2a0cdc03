import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { LineProcess } from './line-process.js';
import { startTestIoc } from './test-ioc.js';

const FAILED_OVER_CA = 160;

void t.test('a busy record', async (t) => {
  const { ioc, clients } = await startTestIoc(t);

  await t.test('holds put completion and forward link until the handler is done, with PACT 0', async (t) => {
    for (const put of ['caPutWait', 'pvaPutWait']) {
      const before = Number(await ioc.call('getField', 'count'));
      const answer = clients.call(put, 'busy', 1);
      t.match(await ioc.event({ event: 'write', name: 'busy' }), { value: 1, user: /./, host: /./ });
      t.equal(await ioc.call('getField', 'busy'), 'Busy');
      t.equal(await ioc.call('getField', 'busy.PACT'), '0');
      t.equal(await ioc.call('getField', 'count'), String(before), 'the forward link waits');
      await ioc.call('settle', 'busy');
      t.match(await answer, { status: 1 });
      t.equal(await ioc.call('getField', 'busy'), 'Done');
      t.equal(await ioc.call('getField', 'count'), String(before + 1), 'the forward link ran once');
    }
  });

  await t.test('a plain put of 1 while busy starts nothing', async (t) => {
    const answer = clients.call('pvaPutWait', 'busy', 1);
    await ioc.event({ event: 'write', name: 'busy' });
    await clients.call('caPut', 'busy', 1);
    await clients.call('pvaPut', 'busy', 1);
    t.equal(ioc.pending('write').length, 0);
    await ioc.call('settle', 'busy');
    t.match(await answer, { status: 1 });
    t.equal(ioc.pending('write').length, 0);
  });

  await t.test('a plain put of 0 while busy asks to cancel, and the waiting client learns of it', async (t) => {
    for (const [put, failed] of [
      ['caPutWait', { status: FAILED_OVER_CA }],
      ['pvaPutWait', { status: 0, message: 'cancelled on request' }],
    ] as const) {
      const before = Number(await ioc.call('getField', 'count'));
      const answer = clients.call(put, 'busy', 1);
      await ioc.event({ event: 'write', name: 'busy' });
      await clients.call('caPut', 'busy', 0);
      await ioc.event({ event: 'cancel', name: 'busy' });
      t.match(await answer, failed);
      t.match(await clients.call('pvaGet', 'busy'), {
        value: { index: 0 },
        alarm: { severity: 3, message: 'cancelled on request' },
      });
      t.equal(await ioc.call('getField', 'count'), String(before + 1));
    }
  });

  await t.test('shows no alarm of the last run once it is started again', async (t) => {
    const answer = clients.call('caPutWait', 'busy', 1);
    await ioc.event({ event: 'write', name: 'busy' });
    t.equal(await ioc.call('getField', 'busy.SEVR'), 'NO_ALARM');
    await ioc.call('settle', 'busy');
    t.match(await answer, { status: 1 });
  });

  await t.test('cancelling with completion succeeds when the operation has ended', async (t) => {
    await clients.call('caPut', 'busy', 1);
    await ioc.event({ event: 'write', name: 'busy' });
    t.match(await clients.call('pvaPutWait', 'busy', 0), { status: 1 });
    await ioc.event({ event: 'cancel', name: 'busy' });
    t.equal(await ioc.call('getField', 'busy'), 'Done');
  });

  await t.test('is cancelled once, however often 0 is put', async (t) => {
    const before = (await ioc.call('counters')) as { writesCancelled: number };
    await clients.call('caPut', 'busy', 1);
    await ioc.event({ event: 'write', name: 'busy' });
    const go = join(t.testdir(), 'go');
    const blocked = ioc.call('blockUntil', go);
    for (let i = 0; i < 10; ++i) await clients.call('caPut', 'busy', 0);
    await writeFile(go, '');
    await blocked;
    await ioc.event({ event: 'cancel', name: 'busy' });
    t.match(await ioc.call('counters'), { writesCancelled: before.writesCancelled + 1 });
  });

  await t.test('a second waiting client is queued, and served after the first', async (t) => {
    const first = clients.call('caPutWait', 'busy', 1);
    await ioc.event({ event: 'write', name: 'busy' });
    const second = clients.call('pvaPutWait', 'busy', 1);
    await clients.call('pvaGet', 'busy');
    t.equal(ioc.pending('write').length, 0);
    await ioc.call('settle', 'busy');
    t.match(await first, { status: 1 });
    await ioc.event({ event: 'write', name: 'busy' });
    await ioc.call('settle', 'busy', { message: 'second failed', severity: 'MAJOR' });
    t.match(await second, { status: 0 });
    t.equal(await ioc.call('getField', 'busy.SEVR'), 'MAJOR');
  });

  await t.test('put of 0 while done does nothing', async (t) => {
    const before = await ioc.call('counters');
    t.match(await clients.call('caPutWait', 'busy', 0), { status: 1 });
    t.same(await ioc.call('counters'), before);
  });

  await t.test('HIGH asks to cancel after its seconds', async (t) => {
    const answer = clients.call('caPutWait', 'brief', 1);
    await ioc.event({ event: 'write', name: 'brief' });
    await ioc.event({ event: 'cancel', name: 'brief' });
    const { status, seconds } = (await answer) as { status: number; seconds: number };
    t.equal(status, FAILED_OVER_CA);
    t.ok(seconds > 0.15, `after ${seconds} s`);
  });

  await t.test('takes alarm but no value from a post while it is busy', async (t) => {
    const answer = clients.call('caPutWait', 'busy', 1);
    await ioc.event({ event: 'write', name: 'busy' });
    await ioc.call('post', { name: 'busy', value: 0, severity: 'MINOR', message: 'slow' });
    t.equal(await ioc.call('getField', 'busy'), 'Busy');
    t.equal(await ioc.call('getField', 'busy.AMSG'), 'slow');
    await ioc.call('settle', 'busy');
    t.match(await answer, { status: 1 });
    t.equal(await ioc.call('getField', 'busy.SEVR'), 'NO_ALARM');
  });

  await t.test('can be posted busy and done without a handler', async (t) => {
    await ioc.call('post', { name: 'busy', value: 'Busy' });
    t.equal(await ioc.call('getField', 'busy'), 'Busy');
    const before = Number(await ioc.call('getField', 'count'));
    await ioc.call('post', { name: 'busy', value: 0 });
    t.equal(await ioc.call('getField', 'busy'), 'Done');
    t.equal(await ioc.call('getField', 'count'), String(before + 1));
    t.equal(ioc.pending('write').length, 0);
  });

  await t.test('without device support it is busy until somebody puts 0', async (t) => {
    const answer = clients.call('pvaPutWait', 'soft', 1);
    while ((await ioc.call('getField', 'soft')) !== 'Busy');
    t.equal(await ioc.call('getField', 'softcount'), '0');
    await clients.call('caPut', 'soft', 0);
    t.match(await answer, { status: 1 });
    t.equal(await ioc.call('getField', 'softcount'), '1');
  });

  await t.test('a client that leaves while it waits leaves the record in order', async (t) => {
    t.match(await clients.call('pvaPutWait', 'busy', 1, 0.3).catch(() => 'timeout'), 'timeout');
    await ioc.event({ event: 'write', name: 'busy' });
    await ioc.call('settle', 'busy');
    t.equal(await ioc.call('getField', 'busy'), 'Done');
    const answer = clients.call('pvaPutWait', 'busy', 1);
    await ioc.event({ event: 'write', name: 'busy' });
    await ioc.call('settle', 'busy');
    t.match(await answer, { status: 1 });
  });
});

/** Wait until the server has let go of a client that went away: each has a thread of its own. */
async function untilServed(ioc: LineProcess, clients: number): Promise<void> {
  for (;;) {
    const tasks = await readdir(`/proc/${ioc.pid}/task`);
    const names = await Promise.all(
      tasks.map(async (task) => readFile(`/proc/${ioc.pid}/task/${task}/comm`, 'utf8').catch(() => '')),
    );
    if (names.filter((name) => name.startsWith('CAS-client')).length === clients) return;
  }
}

void t.test('cancelling with completion succeeds also after the client that started has left', async (t) => {
  const { ioc, clients, environment } = await startTestIoc(t);
  await clients.call('caGet', 'busy');
  const starter = new LineProcess('.venv/bin/python', ['test/native/ioc/clients.py'], environment);
  await starter.event({ event: 'ready' });
  const answer = starter.call('caPutWait', 'busy', 1);
  await ioc.event({ event: 'write', name: 'busy' });
  starter.kill('SIGKILL');
  await t.rejects(answer);
  await untilServed(ioc, 1);
  t.match(await clients.call('caPutWait', 'busy', 0), { status: 1 });
  await ioc.event({ event: 'cancel', name: 'busy' });
  t.equal(await ioc.call('getField', 'busy'), 'Done');
});
