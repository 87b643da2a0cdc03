import t from 'tap';
import { exitText } from 'dm/internal/exit-text';

await t.test('a process that a signal ended is told by the name of the signal', (t) => {
  t.equal(exitText(3), 'exit 3');
  t.equal(exitText(-11), 'killed by SIGSEGV');
  t.equal(exitText(-9), 'killed by SIGKILL');
  t.equal(exitText(-120), 'killed by signal 120');
  t.end();
});
