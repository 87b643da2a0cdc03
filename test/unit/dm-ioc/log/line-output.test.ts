import t from 'tap';
import { LineOutput } from 'dm-ioc/internal/log/line-output';
import type { LineTransport } from 'dm-ioc/internal/log/line-transport';

/** A reader that the test plays. */
class Reader implements LineTransport {
  readonly taken: string[] = [];
  readonly now: string[] = [];
  #waiting: { text: string; done: (error: Error | null) => void } | undefined;

  write(text: string, done: (error: Error | null) => void): void {
    this.#waiting = { text, done };
  }
  writeNow(text: string): void {
    this.now.push(text);
  }
  get isWaited(): boolean {
    return this.#waiting !== undefined;
  }
  take(error: Error | null = null): void {
    const { text, done } = this.#waiting ?? { text: '', done: () => undefined };
    this.#waiting = undefined;
    if (error === null) this.taken.push(text);
    done(error);
  }
}

function outputTo(reader: Reader, capacityBytes = 1000): LineOutput {
  const output = new LineOutput(2, { capacityBytes, transport: reader });
  output.onLoss = (lines) => {
    output.write(`lost ${lines}\n`);
  };
  output.startQueue();
  return output;
}

await t.test('lines leave in their order, one write at a time', (t) => {
  const reader = new Reader();
  const output = outputTo(reader);
  for (const line of ['a\n', 'b\n', 'c\n']) output.write(line);
  reader.take();
  t.same(reader.taken, ['a\n']);
  reader.take();
  t.same(reader.taken, ['a\n', 'b\nc\n']);
  t.notOk(reader.isWaited);
  t.end();
});

await t.test('a reader that stopped costs the lines that find no room, and is told when it goes on', (t) => {
  const reader = new Reader();
  const output = outputTo(reader, 12);
  for (let i = 0; i < 9; i += 1) output.write(`${i}..\n`);
  reader.take();
  reader.take();
  output.write('more\n');
  reader.take();
  reader.take();
  t.equal(reader.taken.join(''), '0..\n1..\n2..\nlost 6\nmore\n');
  t.notOk(reader.isWaited);
  t.end();
});

await t.test('a line that never fits is lost alone', (t) => {
  const reader = new Reader();
  const output = outputTo(reader, 12);
  output.write(`${'x'.repeat(12)}\n`);
  t.notOk(reader.isWaited);
  output.write('a\n');
  reader.take();
  reader.take();
  t.equal(reader.taken.join(''), 'a\nlost 1\n');
  t.end();
});

await t.test('lines that can not be written are lost until one can', (t) => {
  const reader = new Reader();
  const output = outputTo(reader);
  for (const line of ['a\n', 'b\n', 'c\n']) {
    output.write(line);
    reader.take(new Error('ENOSPC'));
    t.notOk(reader.isWaited, 'nothing is tried again by itself');
  }
  output.write('d\n');
  reader.take();
  reader.take();
  t.equal(reader.taken.join(''), 'd\nlost 3\n');
  t.end();
});

await t.test('a flush ends when all is out, or after its limit', async (t) => {
  const reader = new Reader();
  const output = outputTo(reader);
  await output.flush(1);
  output.write('a\n');
  await output.flush(1);
  t.ok(reader.isWaited, 'it gave up');
  const flushed = output.flush(60_000);
  reader.take();
  await flushed;
  output.write('b\n');
  output.write('c\n');
  output.flushNow();
  t.same(reader.now, ['c\n'], 'at the end of the process, what is not under way');
});

await t.test('lines are written at once as long as there is no queue', (t) => {
  const reader = new Reader();
  const output = new LineOutput(2, { transport: reader });
  output.write('a\n');
  output.write('b\n');
  t.same(reader.now, ['a\n', 'b\n']);
  output.startQueue();
  output.write('c\n');
  t.ok(reader.isWaited);
  t.end();
});
