import t from 'tap';
import { silentLogger } from 'dm';
import { StateWriter } from 'dm/internal/local/store/state-writer';

void t.test('the newest state of a key is what is written in the end, whatever failed before', async (t) => {
  const writer = new StateWriter(silentLogger);
  const written: string[] = [];
  writer.write('a', () => Promise.reject(new Error('the disk is full')));
  await Promise.resolve();
  writer.write('b', () => Promise.reject(new Error('the disk is full')));
  writer.write('a', () => Promise.resolve(written.push('a2')));
  let isWritten = false;
  await new Promise<void>((resolve) => {
    writer.whenWritten('a', resolve);
  });
  writer.whenWritten('b', () => {
    isWritten = true;
  });
  t.match(writer.lastError, /the disk is full/u);
  t.notOk(isWritten);
  writer.write('b', () => Promise.resolve(written.push('b2')));
  await writer.close();
  t.ok(isWritten);
  t.same(written, ['a2', 'b2']);
  t.equal(writer.lastError, null);
});

void t.test('what failed is tried a last time at the end', async (t) => {
  const writer = new StateWriter(silentLogger);
  let isFull = true;
  let written = 0;
  writer.write('a', () => (isFull ? Promise.reject(new Error('full')) : Promise.resolve(written++)));
  await new Promise((resolve) => setImmediate(resolve));
  isFull = false;
  await writer.close();
  t.equal(written, 1);
});
