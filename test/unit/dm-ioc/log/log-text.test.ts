import t from 'tap';
import { logText } from 'dm-ioc/internal/log/log-text';
import { writerOf } from 'dm-ioc/internal/writer-of';

await t.test('an entry is one line, whatever a client put; a stack keeps its lines', (t) => {
  const line = JSON.stringify({ level: 30, time: 1, value: 'a\nb\tc\u001b[1m', count: 2, msg: 'put' });
  t.match(logText(line), / INFO put value=a\\nb\\tc\\x1b\[1m count=2\n$/u);
  t.match(
    logText(JSON.stringify({ level: 50, time: 1, msg: 'bad', stack: 'Error\n    at x' })),
    /bad\nError\n {4}at x\n$/u,
  );
  t.end();
});

await t.test("the IOC's own puts are told from a client's", (t) => {
  t.same(writerOf({ user: '', host: '' }), { from: 'IOC' });
  t.same(writerOf({ user: 'a', host: 'b' }), { user: 'a', host: 'b' });
  t.end();
});
