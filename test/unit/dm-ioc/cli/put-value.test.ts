import t from 'tap';
import { putInteger, putNumber, putState } from 'dm-ioc/internal/cli/put-value';

await t.test('only what says a number is put as one', (t) => {
  t.equal(putNumber('x', ' -1.5e3 '), -1500);
  t.equal(putInteger('x', '+9007199254740993'), 9007199254740993n);
  for (const text of ['', ' ', 'abc', '1 2', 'NaN']) {
    t.throws(() => putNumber('x', text), { code: 'PUT_FAILED', message: `put x: "${text}" is no number` });
  }
  for (const text of ['', '1.5', 'abc']) t.throws(() => putInteger('x', text), { code: 'PUT_FAILED' });
  t.end();
});

await t.test('a state is given by its label, or by its index', (t) => {
  const states = ['Off', '7', 'On'];
  t.equal(putState('x', 'On', states), 2);
  t.equal(putState('x', '7', states), 1, 'the label first');
  t.equal(putState('x', '0', states), 0);
  t.equal(putState('x', '3', []), 3, 'states without labels');
  for (const text of ['', 'on', '3', '-1']) {
    t.throws(() => putState('x', text, states), { code: 'PUT_FAILED', message: /none of its states Off, 7, On/u });
  }
  t.end();
});
