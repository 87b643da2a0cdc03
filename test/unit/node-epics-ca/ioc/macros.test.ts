import t from 'tap';
import type * as MacrosModule from '../../../../src/node-epics-ca/ioc/macros.js';
import { internal } from './internal.js';

const { macroDefinitions } = await internal<typeof MacrosModule>('macros');

void t.test('macros become definitions in which every value is quoted', (t) => {
  t.equal(macroDefinitions({}), '');
  t.equal(macroDefinitions({ P: 'dm:', N: '1' }), 'P="dm:",N="1"');
  t.equal(macroDefinitions({ A: 'a,b="c"\\' }), 'A="a,b=\\"c\\"\\\\"');
  t.throws(() => macroDefinitions({ 'A,B': '1' }), { code: 'IOC_ARGUMENT' });
  t.end();
});
