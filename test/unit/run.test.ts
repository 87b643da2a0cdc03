import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import t from 'tap';

await t.test('a suite that does not exist is an error that names those that do, and nothing is run', (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['build/test/run.js', 'unti'], { encoding: 'utf8' });
  t.equal(status, 2);
  t.equal(stdout, '');
  t.match(stderr, /no suite unti; the suites are unit, /u);
  const named = stderr
    .replace(/.*the suites are /su, '')
    .trim()
    .split(', ');
  const folders = readdirSync('test', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  t.same(
    named.sort(),
    folders
      .map(({ name }) => name)
      .filter((name) => name !== 'bench')
      .sort(),
    'one for each folder',
  );
  t.end();
});
