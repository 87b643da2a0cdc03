import { RefusalLog } from 'dm-ioc/internal/slots/stream/refusal-log';
import tap from 'tap';

void tap.test('a flood of the same refusal leaves a line at once, and later one with how many there were', (t) => {
  const lines: unknown[] = [];
  let nowMs = 0;
  const refusals = new RefusalLog({ warn: (line: unknown) => lines.push(line) }, () => nowMs);
  const old = { stream: 1, what: 'report', user: 'u', host: 'h', code: 'STREAM_STALE', reason: 'r'.repeat(500) };
  for (let count = 0; count < 1000; count += 1) refusals.tell(old);
  refusals.tell({ ...old, host: 'g' });
  nowMs = 10_000;
  refusals.tell(old);
  t.match(lines, [
    { ...old, reason: /^r{200}… \(500 characters\)$/u, more: undefined },
    { host: 'g' },
    { host: 'h', more: 999 },
  ]);
  t.equal(lines.length, 3);
  t.end();
});
