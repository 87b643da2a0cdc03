import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const ROOT = join(import.meta.dirname, '../../..');

/** The files that declare codes. */
const SOURCES = [
  'src/dm/errors.ts',
  'src/dm-ioc/errors.ts',
  'src/epics-libs/epics-libs-error.ts',
  'src/epics-pva-ts/pva-error.ts',
  'src/node-epics-ca/client/ca-error.ts',
  'src/node-epics-ca/ioc/ioc-error.ts',
  'src/node-pvxs/native-error.ts',
];

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

await t.test('every error code is explained, and no other one', (t) => {
  const declared = SOURCES.flatMap((file) =>
    read(file)
      .split('\n')
      .filter((line) => !line.includes('severity'))
      .flatMap((line) => [...line.matchAll(/(?:^|\|) +'?(?<code>[A-Z]+(?:_[A-Z]+)*)(?:'|: \d)/gu)])
      .map((match) => match.groups?.['code'] ?? ''),
  );
  const page = read('docs/errors.md');
  const explained = [...page.matchAll(/^\| (?<codes>[A-Z]+(?:_[A-Z]+)*(?:, [A-Z]+(?:_[A-Z]+)*)*) +\|/gmu)].flatMap(
    (match) => match.groups?.['codes']?.split(', ') ?? [],
  );
  t.ok(declared.includes('DM_OUTCOME_UNKNOWN') && declared.includes('PUT_FAILED') && declared.includes('PVA_HANDLER'));
  t.same([...new Set(explained)].sort(), [...new Set(declared)].sort());
  t.end();
});

await t.test('a link of the README and of docs leads to a file', (t) => {
  const pages = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'));
  for (const file of ['README.md', 'CONTRIBUTING.md', ...pages.map((page) => `docs/${page}`)]) {
    for (const { groups } of read(file).matchAll(/\]\((?<target>[^)#:]+)(?:#[^)]*)?\)/gu)) {
      const target = groups?.['target'] ?? '';
      t.ok(existsSync(join(ROOT, file, '..', target)), `${file}: ${target}`);
    }
  }
  t.end();
});
