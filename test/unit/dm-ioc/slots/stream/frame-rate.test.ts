import { FrameRate } from 'dm-ioc/internal/slots/stream/frame-rate';
import tap from 'tap';

/** A rate after frames that came at these times. */
function after(...timesMs: readonly number[]): FrameRate {
  const rate = new FrameRate();
  for (const time of timesMs) rate.count(time);
  return rate;
}

void tap.test('a rate is that of the last two seconds', (t) => {
  const times = Array.from({ length: 100 }, (_time, index) => index * 50);
  t.equal(after(...times).at(4950), 20);
  t.equal(after(0, 1, 2, 3, 4000, 4500, 5000).at(5000), 2, 'not that of long ago');
  t.end();
});

void tap.test('slow frames have a rate, too', (t) => {
  t.equal(after(0, 5000, 10_000).at(14_000), 0.2);
  t.end();
});

void tap.test('a rate is 0 before there are two frames, and when none come any more', (t) => {
  t.equal(after().at(0), 0);
  t.equal(after(5).at(5), 0);
  t.equal(after(5, 5).at(5), 0);
  t.equal(after(0, 50, 100).at(2101), 0);
  t.equal(after(0, 5000).at(15_001), 0);
  const rate = after(0, 50, 100);
  rate.reset();
  t.equal(rate.at(100), 0);
  t.end();
});
