import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { restOptionsSchema } from 'dm/rest';
import { loadConfig } from 'dm-ioc/internal/config/load-config';
import { wantsText } from 'dm-ioc/internal/config/config-keys';
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
  t.same(config.slots, { daq: 4, upload: 4, workflow: 4, stream: 4 });
  t.equal(config.prefix, 'dm:');
  t.end();
});

await t.test('the configuration of the checkout is good', (t) => {
  const { site, dm, access, autosave } = loadConfig('ioc/config.yaml');
  t.same(
    [site.startup, access.file, dm.local.workflows],
    [resolve('ioc/st.cmd'), resolve('ioc/access.acf'), resolve('ioc/workflows')],
  );
  t.same([dm.local.root, autosave.directory], [resolve('dm-data'), resolve('dm-data/autosave')]);
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

await t.test('an experiment of a name that the engine refuses is refused with its key', (t) => {
  for (const name of ['a b', '../x', '..', 'a\tb', 'x'.repeat(129)]) {
    t.throws(
      () => loadConfig(file(JSON.stringify({ dm: { local: { experiments: ['demo', name] } } }))),
      { code: 'CONFIG_INVALID', message: /dm\.local\.experiments\.1/u },
      name,
    );
  }
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
  t.equal(config.site.startup, resolve('['));
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

await t.test('a path of the file is relative to its folder, one of a setting to the working directory', (t) => {
  const config = loadConfig(
    file(`dm:
  setupFile: etc/dm.setup.sh
  local: { root: ../data, serve: { loginFile: login, certificate: /etc/cert.pem } }
  rest: { loginFile: .login, tls: { ca: ca.pem }, ds: 'https://host:1' }
site: { databases: [{ file: site.db }] }
`),
    ['autosave.directory=saved', 'site.startup=st.cmd', 'dm.rest.daq=https://host:2'],
  );
  t.equal(config.dm.setupFile, join(directory, 'etc/dm.setup.sh'));
  t.equal(config.dm.local.root, join(directory, '../data'));
  t.equal(config.dm.local.serve.loginFile, join(directory, 'login'));
  t.equal(config.dm.local.serve.certificate, '/etc/cert.pem', 'an absolute one stays as it is');
  t.match(config.dm.rest, {
    loginFile: join(directory, '.login'),
    tls: { ca: join(directory, 'ca.pem') },
    ds: 'https://host:1',
    daq: 'https://host:2',
  });
  t.match(config.site, { startup: resolve('st.cmd'), databases: [{ file: join(directory, 'site.db') }] });
  t.equal(config.autosave.directory, resolve('saved'));
  t.equal(config.access.file, resolve('ioc/access.acf'), 'what is left out comes with dm-ioc');
  t.equal(config.dm.local.workflows, resolve('ioc/workflows'));
  t.match(
    loadConfig(file(''), ['dm.rest={loginFile: mine}', 'site.databases=[{file: mine.db}]']),
    { dm: { rest: { loginFile: resolve('mine') } }, site: { databases: [{ file: resolve('mine.db') }] } },
    'also within a setting',
  );
  t.equal(loadConfig(file('')).dm.local.root, join(directory, 'dm-data'));
  t.end();
});

await t.test(
  'a text of the configuration that is wrong names the key as it can be typed, where it stands, and the remedy',
  (t) => {
    const said = (text: string, settings: string[] = []): string => {
      try {
        loadConfig(file(text), settings);
      } catch (error) {
        return (error as Error).message.replace(directory, '');
      }
      return '';
    };
    t.equal(
      said('# of ours\nprefix: 15ID:\n'),
      '/config.yaml: line 2: quote the value of prefix, for a colon at its end means a key to YAML: prefix: "15ID:"',
    );
    t.match(
      said('slots: { daq: 2 }\ndm:\n  local: { station: 2:bm: }\n'),
      /line 3: quote the value of station.*station: "2:bm:"$/u,
    );
    t.match(said('dm: { local: { station: 25 } }'), /^\/config\.yaml: dm\.local\.station: .*; quote it: "25"$/u);
    t.match(
      said('site: { databases: [{ file: a.db, macros: { N: 3 } }] }'),
      /site\.databases\.0\.macros\.N: .*quote it: "3"/u,
    );
    t.equal(said('slots: { daq: 2 }', ['slots.wf=1']), '--set slots.wf=1: unknown key slots.wf');
    t.match(said('', ['slots={wf: 1}']), /^--set slots=\{wf: 1\}: unknown key slots\.wf$/u);
    t.match(said('', ['ca.port=70000']), /^--set ca\.port=70000: ca\.port: /u);
    t.match(said('pva: { port: -1 }', ['ca.port=70000']), /--set ca\.port.*; \/config\.yaml: pva\.port/u);
    t.equal(said('prefix: [a', []).includes('quote'), false, 'another mistake of YAML keeps its words');
    t.end();
  },
);

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
