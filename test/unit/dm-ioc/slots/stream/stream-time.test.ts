import { streamTimeMs, timerMs } from 'dm-ioc/internal/slots/stream/stream-time';
import tap from 'tap';

void tap.test('a timer runs until a time limit, but never longer than a limit can be, whatever was saved', (t) => {
  const nowMs = streamTimeMs();
  t.equal(timerMs(nowMs - 5000), 0);
  const soonMs = timerMs(nowMs + 60_000);
  t.ok(soonMs > 0 && soonMs <= 60_000);
  for (const limitMs of [nowMs + 2 ** 31, nowMs + 2 ** 32, 1e300, Infinity]) t.equal(timerMs(limitMs), 86_400_000);
  t.end();
});
