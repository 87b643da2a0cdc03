import t from 'tap';
import { shortText } from 'dm-ioc/internal/log/short-text';

await t.test('a text is cut to what a line of the log can bear, with its length, and never within a character', (t) => {
  t.equal(shortText('x'.repeat(200)), 'x'.repeat(200));
  t.equal(shortText('x'.repeat(201)), `${'x'.repeat(200)}… (201 characters)`);
  t.equal(shortText(`${'x'.repeat(199)}😀y`), `${'x'.repeat(199)}… (202 characters)`);
  t.equal(shortText('abcdef', 3), 'abc… (6 characters)');
  t.end();
});
