import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { startTestIoc } from './test-ioc.js';

const INVALID = 3;
/** In the menu of alarm states. */
const TIMEOUT = 10;
const LIMIT_MS = 1000;

void t.test('a JavaScript thread that stands still', async (t) => {
  const { ioc, clients } = await startTestIoc(t);
  const folder = t.testdir();
  const values: Record<string, unknown> = { name: 'ai', value: 7 };
  await ioc.call('post', values);
  await t.rejects(ioc.call('watch', 'ai', 1), { code: 'IOC_ARGUMENT' });
  await ioc.call('watch', 'ai', LIMIT_MS);
  await t.rejects(ioc.call('watch', 'ai', LIMIT_MS), { code: 'IOC_STATE' }, 'once');
  await clients.call('caMonitor', 'ai');
  await clients.call('pvaMonitor', 'ai');
  await clients.event({ event: 'update', name: 'ai', severity: 0 });
  await clients.event({ event: 'pvaUpdate', name: 'ai', severity: 0 });

  await t.test('shows over CA and PVA and in the log meanwhile, and no longer when it answers', async (t) => {
    const file = join(folder, 'first');
    const blocked = ioc.call('blockUntil', file);
    const put = clients.call('caPutWait', 'ao', 1);
    t.match(await clients.event({ event: 'update', name: 'ai', severity: INVALID }), { value: 7 });
    await clients.event({ event: 'pvaUpdate', severity: INVALID, name: 'ai', message: 'no answer from JavaScript' });
    t.equal(await clients.call('caGet', 'ai.STAT'), TIMEOUT);
    writeFileSync(file, '');
    await blocked;
    const { stalledMs } = await ioc.event({ event: 'answer' });
    t.ok(Number(stalledMs) >= LIMIT_MS, `it says how long: ${String(stalledMs)} ms`);
    await clients.event({ event: 'update', name: 'ai', severity: 0 });
    await clients.event({ event: 'pvaUpdate', name: 'ai', severity: 0, message: '' });
    await ioc.event({ event: 'write', name: 'ao', value: 1 });
    await ioc.call('settle', 'ao');
    t.match(await put, { status: 1 }, 'a put that waited is answered');
    t.equal(ioc.pending('write').length, 0, 'once');
    t.match(ioc.stderr, /^JavaScript stands still since \d{13}, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n$/);
    t.match(await ioc.call('counters'), { stalls: 1, writesStarted: 1, writesCompleted: 1 });
  });

  await t.test('leaves the alarm that JavaScript posts when it goes on', async (t) => {
    const file = join(folder, 'second');
    const blocked = ioc.call('blockUntil', file, { name: 'ai', severity: 'MAJOR', message: 'hot' });
    await clients.event({ event: 'pvaUpdate', name: 'ai', severity: INVALID, message: 'no answer from JavaScript' });
    writeFileSync(file, '');
    await blocked;
    await ioc.event({ event: 'answer' });
    await clients.event({ event: 'pvaUpdate', name: 'ai', severity: 2, message: 'hot' });
    t.equal(await ioc.call('getField', 'ai.STAT'), 'READ');
    t.match(await ioc.call('counters'), { stalls: 2 });
  });
});

void t.test('a process that was suspended as a whole does not count as standing still', async (t) => {
  const { ioc, clients } = await startTestIoc(t);
  await ioc.call('watch', 'ai', LIMIT_MS);
  ioc.kill('SIGSTOP');
  // Nothing happens in a suspended process that could be waited for.
  await delay(2 * LIMIT_MS);
  ioc.kill('SIGCONT');
  await clients.call('caGet', 'count');
  t.match(await ioc.call('counters'), { stalls: 0 });
  t.equal(ioc.stderr, '');
});
