import { putFields } from 'dm-ioc/internal/cli/put-fields';
import t from 'tap';

const PRESENT = { command: '', arguments: '', sequence: 0n, pending: [] };

void t.test('an object for a text is written as JSON, with all digits of its numbers', (t) => {
  const text = '{"command": "configure", "arguments": {"gain": 9007199254740993, "on": true}, "sequence": 2}';
  t.match(putFields('pv', text, PRESENT), {
    command: 'configure',
    arguments: '{"gain":9007199254740993,"on":true}',
    sequence: 2,
  });
  t.match(putFields('pv', '{"arguments": "{}", "pending": []}', PRESENT), { arguments: '{}', pending: [] });
  t.end();
});

void t.test('what is no JSON object, and a field that is not there, are refused with what there is', (t) => {
  t.throws(() => putFields('pv', 'configure', PRESENT), { code: 'PUT_FAILED', message: /of its fields command, / });
  t.throws(() => putFields('pv', '{"comand": "x"}', PRESENT), { message: /no field comand; there are command, / });
  t.end();
});
