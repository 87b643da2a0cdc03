import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { restOptionsSchema } from 'dm/rest';
import { loadConfig } from 'dm-ioc/internal/config/load-config';
import { wantsText } from 'dm-ioc/internal/config/wants-text';
import { z } from 'zod';

const directory = t.testdir();
const file = (text: string): string => {
  const name = join(directory, 'config.yaml');
  writeFileSync(name, text);
  return name;
};

await t.test('an empty file means the defaults: loopback, local engine, four slots of each kind', (t) => {
  const config = loadConfig(file(''));
  t.same(config.interfaces, ['127.0.0.1']);
  t.equal(config.dm.backend, 'local');
  t.same(config.slots, { daq: 4, upload: 4, workflow: 4 });
  t.equal(config.prefix, 'dm:');
  t.end();
});

await t.test('the configuration of the checkout is good', (t) => {
  t.equal(loadConfig('ioc/config.yaml').site.startup, 'ioc/st.cmd');
  t.end();
});

await t.test('a setting of the command line wins over the file, its value is YAML', (t) => {
  const config = loadConfig(file('slots: { daq: 2 }\nprefix: "a:"'), [
    'slots.workflow=40',
    'prefix="2bm:dm:"',
    'interfaces=[0.0.0.0]',
  ]);
  t.match(config.slots, { daq: 2, workflow: 40 });
  t.equal(config.prefix, '2bm:dm:');
  t.same(config.interfaces, ['0.0.0.0']);
  t.end();
});

await t.test('a setting is taken as it is where text is wanted', (t) => {
  const config = loadConfig(file(''), [
    'prefix=15ID:',
    'dm.local.root=/data/a #1: b',
    'dm.local.station=25',
    "dm.local.owner='quoted'",
    'dm.rest.station=25',
    'site.startup=[',
    'log.level=debug',
    'slots.daq=2',
  ]);
  t.equal(config.prefix, '15ID:');
  t.match(config.dm.local, { root: '/data/a #1: b', station: '25', owner: 'quoted' });
  t.match(config.dm.rest, { station: '25' });
  t.equal(config.site.startup, '[');
  t.equal(config.log.level, 'debug');
  t.equal(config.slots['daq'], 2);
  t.end();
});

await t.test('the text keys of the web services are those of their schema', (t) => {
  const own = z.toJSONSchema(restOptionsSchema, { io: 'input', unrepresentable: 'any' });
  for (const [key, property] of Object.entries(own.properties ?? {})) {
    if (typeof property === 'boolean') continue;
    t.equal(wantsText(['dm', 'rest', key]), property.type === 'string', key);
  }
  t.end();
});

await t.test('what is wrong is named', (t) => {
  const refuse = (text: string, settings: string[], code: string, message: RegExp): void => {
    t.throws(
      () => loadConfig(file(text), settings),
      { name: 'StartupError', code, message },
      `${text} ${settings.join()}`,
    );
  };
  refuse('slots: { wf: 1 }', [], 'CONFIG_INVALID', /unknown key slots\.wf/u);
  refuse('ca: { port: 70000 }', [], 'CONFIG_INVALID', /ca\.port/u);
  refuse('prefix: "a.b:"', [], 'CONFIG_INVALID', /prefix: must be 1 to 24/u);
  refuse('- a', [], 'CONFIG_INVALID', /must be a mapping/u);
  refuse('a: [', [], 'CONFIG_UNREADABLE', /config\.yaml: /u);
  refuse('', ['=1'], 'CONFIG_INVALID', /--set =1/u);
  refuse('', ['__proto__.x=1'], 'CONFIG_INVALID', /--set __proto__/u);
  t.throws(() => loadConfig(join(directory, 'none.yaml')), { code: 'CONFIG_NOT_FOUND' });
  t.end();
});
