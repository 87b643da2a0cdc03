import t from 'tap';
import { timeText } from 'dm-ioc/internal/time-text';

await t.test('a time that never was is empty', (t) => {
  t.equal(timeText(0), '');
  t.match(timeText(1_700_000_000_000), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/u);
  t.end();
});
