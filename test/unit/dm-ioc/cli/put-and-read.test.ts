import t from 'tap';
import { putAndRead } from 'dm-ioc/internal/cli/put-and-read';
import type { PvAccess, PvReading } from 'dm-ioc/internal/cli/pv-reading';

const good: PvReading = { value: 'a', severity: 'NONE', message: '', timeMs: 1 };
const old: PvReading = { value: 'a', severity: 'INVALID', message: 'old', timeMs: 2 };
const fresh: PvReading = { value: 'b', severity: 'INVALID', message: 'too long', timeMs: 3 };

/** A PV that reads `before` until the put, then is active for two reads of PACT, and then reads `after`. */
function pv(before: PvReading, after: PvReading, denied?: Error): PvAccess & { reads: string[] } {
  let active = 0;
  let isDone = denied !== undefined;
  let isPut = false;
  const reads: string[] = [];
  return {
    reads,
    get: (name) => {
      reads.push(name);
      if (!name.endsWith('.PACT')) return Promise.resolve(isPut && isDone ? after : before);
      active += 1;
      isDone = active > 2;
      return Promise.resolve({ ...good, value: isDone ? 0 : 1 });
    },
    put: () => {
      isPut = true;
      return denied === undefined ? Promise.resolve() : Promise.reject(denied);
    },
    monitor: () => {
      throw new Error('nothing is followed here');
    },
    close: () => Promise.resolve(),
  };
}

await t.test('a put that the record refuses after its answer fails with the reason', async (t) => {
  const access = pv(good, fresh);
  await t.rejects(putAndRead(access, 'x.VAL', 'b', false, 100), {
    code: 'PUT_FAILED',
    message: 'put x.VAL failed: INVALID, too long',
  });
  t.equal(access.reads.filter((name) => name === 'x.PACT').length, 3, 'once the record is done');
});

await t.test('an alarm that was there before is not the reason of a failure', async (t) => {
  const denied = new Error('no write access');
  await t.rejects(putAndRead(pv(old, old, denied), 'x', 'b', true, 100), {
    code: 'PUT_FAILED',
    message: 'put x: no write access',
  });
  await t.rejects(putAndRead(pv(old, fresh, denied), 'x', 'b', true, 100), {
    message: 'put x failed: INVALID, too long (no write access)',
  });
  t.same(await putAndRead(pv(old, old), 'x', 'b', false, 100), old);
  t.same(await putAndRead(pv(old, good), 'x', 'b', false, 100), good);
});

await t.test(
  'a reason that the server gives whole is said once, and not with its beginning in the alarm',
  async (t) => {
    const whole = new Error('too long: the text has 400 characters, and 299 fit');
    await t.rejects(putAndRead(pv(good, fresh, whole), 'x', 'b', true, 100), {
      code: 'PUT_FAILED',
      message: `put x failed: INVALID, ${whole.message}`,
    });
  },
);
