import { DmInvalidArgumentError, DmObjectNotFoundError } from 'dm';
import t from 'tap';

await t.test('a message that repeats what was given leaves out its middle when that is long', (t) => {
  const { message } = new DmInvalidArgumentError(
    `rootPath "${'x'.repeat(1_000_000)}" is absolute; give a relative one.`,
  );
  t.ok(message.length < 500);
  t.match(message, /^rootPath "x+… \(\d+ characters\) …x+" is absolute; give a relative one\.$/u);
  const short = `Experiment ${'x'.repeat(200)} does not exist.`;
  t.equal(new DmObjectNotFoundError(short).message, short);
  t.end();
});
