import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pvxs } from 'node-pvxs';
import t from 'tap';

const folder = 'src/node-pvxs';

await t.test('the addon exports exactly the functions that TypeScript declares', (t) => {
  const declared = readFileSync(join(folder, 'node-pvxs.ts'), 'utf8').split('export interface NodePvxs')[1] ?? '';
  const names = [...declared.matchAll(/^ {2}(\w+)\(/gm)].map((match) => match[1]);
  t.same(Object.keys(pvxs).sort(), names.sort());
  t.ok(names.length > 50);
  t.end();
});

await t.test('every exported function carries its TypeScript signature', (t) => {
  const sources = readdirSync(join(folder, 'native'))
    .filter((file) => file.endsWith('.cc'))
    .map((file) => readFileSync(join(folder, 'native', file), 'utf8'))
    .join('\n');
  const bare = Object.keys(pvxs).filter((name) => !new RegExp(`^// ${name}\\(`, 'm').test(sources));
  t.same(bare, []);
  t.end();
});
