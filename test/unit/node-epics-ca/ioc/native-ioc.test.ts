import { readFile } from 'node:fs/promises';
import t from 'tap';
import type * as NativeIocModule from '../../../../src/node-epics-ca/ioc/native-ioc.js';
import { internal } from './internal.js';

const { loadNativeIoc } = await internal<typeof NativeIocModule>('native-ioc');

void t.test('the addon exports what NativeIoc declares, in its order', async (t) => {
  const source = await readFile('src/node-epics-ca/ioc/native-ioc.ts', 'utf8');
  const body = /interface NativeIoc \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? '';
  const declared = [...body.matchAll(/^ {2}(\w+)\(/gm)].map((match) => match[1]);
  t.ok(declared.length > 20);
  t.same(Object.keys(loadNativeIoc()), declared);
});
