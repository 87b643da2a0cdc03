import { assert, dictionary, property, string, stringMatching } from 'fast-check';
import t from 'tap';
import { formatSaveFile, parseSaveFile } from 'dm-ioc/internal/autosave/save-file';

await t.test('whatever is saved is restored, line breaks and backslashes included', (t) => {
  assert(
    property(dictionary(stringMatching(/^[A-Za-z][\w:.]{0,20}$/u), string({ unit: 'grapheme' })), (values) => {
      const wanted = new Map(Object.entries(values));
      const parsed = parseSaveFile(formatSaveFile(wanted, '1', 7));
      return parsed?.journal === 7 && [...wanted].every(([name, value]) => parsed.values.get(name) === value);
    }),
  );
  t.pass('for any text');
  t.equal(parseSaveFile('a 1\n'), null, 'a file without end mark was not written whole');
  t.end();
});
