import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, dictionary, property, string, stringMatching } from 'fast-check';
import { pino } from 'pino';
import t from 'tap';
import { Autosave } from 'dm-ioc/internal/autosave/autosave';
import { formatSaveFile, parseSaveFile } from 'dm-ioc/internal/autosave/save-file';

const log = pino({ enabled: false });

await t.test('whatever is saved is restored, line breaks and backslashes included', (t) => {
  assert(
    property(dictionary(stringMatching(/^[A-Za-z][\w:.]{0,20}$/u), string({ unit: 'grapheme' })), (values) => {
      const wanted = new Map(Object.entries(values));
      const parsed = parseSaveFile(formatSaveFile(wanted, '1'));
      return parsed !== null && [...wanted].every(([name, value]) => parsed.get(name) === value);
    }),
  );
  t.pass('for any text');
  t.equal(parseSaveFile('a 1\n'), null, 'a file without end mark was not written whole');
  t.end();
});

await t.test('a broken file is passed over for the backup', async (t) => {
  const directory = t.testdir();
  t.equal(Autosave.restore(directory, log).size, 0, 'nothing yet');
  const autosave = new Autosave(directory, '1', () => new Map([['x', 'one two']]), log);
  await autosave.close();
  t.equal(Autosave.restore(directory, log).get('x'), 'one two');
  writeFileSync(join(directory, 'dm-ioc.sav'), 'x cut o');
  t.equal(Autosave.restore(directory, log).get('x'), 'one two', 'from the backup');
});
