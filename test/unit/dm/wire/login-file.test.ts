import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readLoginFile } from 'dm';

await t.test('the first line is the user and the password, which may hold anything but a line end', async (t) => {
  const file = join(t.testdir({}), 'login');
  const forms: Record<string, [username: string, password: string]> = {
    'user2bm|secret': ['user2bm', 'secret'],
    'user2bm|secret\nanother|line\n': ['user2bm', 'secret'],
    'user2bm|secret\r\n': ['user2bm', 'secret'],
    '\uFEFFuser2bm|secret\n': ['user2bm', 'secret'],
    'user2bm |a|b|c': ['user2bm', 'a|b|c'],
    'user2bm| =#&%20+\'"\\ñ ü\n': ['user2bm', ' =#&%20+\'"\\ñ ü'],
  };
  for (const [text, [username, password]] of Object.entries(forms)) {
    writeFileSync(file, text);
    t.same(await readLoginFile(file), { username, password }, JSON.stringify(text));
  }
});

await t.test('any other file is refused by its name, and nothing of its content is told', async (t) => {
  const directory = t.testdir({ login: '' });
  const file = join(directory, 'login');
  for (const text of ['', '\n', 'top-secret', 'top-secret|', '|top-secret', '\nuser|top-secret', 'user:top-secret']) {
    writeFileSync(file, text);
    const error: unknown = await readLoginFile(file).catch((reason: unknown) => reason);
    t.match(error, { code: 'DM_CONFIGURATION', message: new RegExp(`${file} is not username\\|password`, 'u') });
    t.notMatch(String(error), 'top-secret');
  }
  await t.rejects(readLoginFile(directory), { code: 'DM_CONFIGURATION', message: /EISDIR/u });
  await t.rejects(readLoginFile(join(directory, 'none')), { code: 'DM_CONFIGURATION', message: /ENOENT/u });
});
