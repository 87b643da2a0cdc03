import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import t from 'tap';
import { LineProcess } from './line-process.js';
import { loopbackEnvironment } from '../../loopback-environment.js';
import { startTestIoc } from './test-ioc.js';

const LOADER = fileURLToPath(new URL('./load-database.js', import.meta.url));

void t.test('a mistake in a database is an error that names the file and the mistake', async (t) => {
  const folder = t.testdir();
  const environment = JSON.stringify(await loopbackEnvironment());
  const cases: readonly [title: string, db: string, code: string, message: RegExp][] = [
    ['a syntax error', 'record(ai, "x") { field(DTYP "dm") }', 'IOC_DATABASE', /bad\.db[\s\S]*syntax error/],
    ['an unknown record type', 'record(aix, "x") { field(DESC, "x") }', 'IOC_DATABASE', /aix/],
    ['an unknown field', 'record(ai, "x") { field(NOPE, "1") }', 'IOC_DATABASE', /NOPE/],
    ['an unknown device support', 'record(ai, "x") { field(DTYP, "dmm") }', 'IOC_DATABASE', /dmm/],
    ['a value that does not fit', 'record(ai, "x") { field(PREC, "three") }', 'IOC_DATABASE', /three|PREC/],
    ['an undefined macro', 'record(ai, "$(P)$(NAME)") {}', 'IOC_DATABASE', /macro NAME is undefined/],
    ['no address', 'record(ai, "$(P)x") { field(DTYP, "dm") }', 'IOC_DATABASE', /t:x.*address.*INP "@/],
    ['a broken access file', 'ASG(DEFAULT) { RULE(1, ', 'IOC_ACCESS_SECURITY', /bad\.acf/],
  ];
  for (const [title, text, code, message] of cases) {
    const file = join(folder, code === 'IOC_DATABASE' ? 'bad.db' : 'bad.acf');
    await writeFile(file, `${text}\n`);
    const child = new LineProcess(process.execPath, [LOADER, file, environment]);
    await child.exited();
    t.match(child.pending('error'), [{ code, message }], title);
    t.equal(child.stderr, '', `${title}: nothing else is printed`);
  }
  const missing = new LineProcess(process.execPath, [LOADER, join(folder, 'missing.db'), environment]);
  await missing.exited();
  t.match(missing.pending('error'), [{ code: 'IOC_DATABASE', message: /missing\.db/ }], 'a missing file');
});

/** Base's parser dies of most of these when a field follows on the line. */
const DEADLY: readonly [title: string, db: string, message: RegExp][] = [
  ['an undefined macro', 'record(ai, "$(P)A$(Q)")', /line 2: macro Q is undefined: pass a value for it$/],
  ['a blank', 'record(ai, "$(P)A B")', /line 2: .*"t:A B" has the character ' '/],
  ['a dot', 'grecord(ai, $(P)A.B)', /line 2: .*"t:A\.B" has the character '\.'/],
  ['a quote', 'record(ai, "$(P)A\\"B")', /line 2: .*has the character '"'/],
  ['a type in quotes', `record("ai", "$(P)A'")`, /line 2: .*has the character '/],
  ['nothing', 'record(ai, "")', /line 2: the record name is empty/],
  ['too much', `record(ai, "$(P)${'x'.repeat(59)}")`, /line 2: .*has 61 characters: it can have 60/],
  ['a name on lines of its own', 'record\n(ai\n,\n"a b" )', /line 5: .*"a b"/],
  ['a record after another', 'record(ai, "a") { field(DESC, "it\'s # \\"") } record(ai, "a b")', /"a b"/],
  [
    'a record after a JSON link',
    `record(ai, "a") { field(INP, {pva: {pv: 'x"', a: [1, 2]}}) } record(ai, "a b")`,
    /"a b"/,
  ],
  ['a record after a comment', 'record(ai, "a") # "\n{ info(x, "y") } record(ai, "a b")', /line 3: .*"a b"/],
  ['a record after an error', `' ^ record(ai, "a b")`, /line 2: .*"a b"/],
];

void t.test('a bad name of a record is an error and not the end of the process', async (t) => {
  const folder = t.testdir();
  const environment = JSON.stringify({ ...(await loopbackEnvironment()), EPICS_DB_INCLUDE_PATH: folder });
  const file = join(folder, 'bad.db');
  const errors = async (path: string): Promise<unknown> => {
    const child = new LineProcess(process.execPath, [LOADER, path, environment]);
    await child.exited();
    return child.pending('error');
  };
  for (const [title, head, message] of DEADLY) {
    await writeFile(file, `# $(UNDEFINED) record(ai, "no name")\n${head} { field(DESC, "x") }\n`);
    t.match(await errors(file), [{ code: 'IOC_DATABASE', message }], title);
  }

  await writeFile(join(folder, 'inner.db'), 'record(ai, "$(P)$(R)") { field(DESC, "x") }\n');
  await writeFile(file, 'record(ai, "x")\ninclude "inner.db"\n');
  const inner = { code: 'IOC_DATABASE', message: /bad\.db: inner\.db, line 1: macro R is undefined/ };
  t.match(await errors(file), [inner], 'in an included file');

  await writeFile(join(folder, 'inner.db'), 'include "bad.db"\n');
  await writeFile(file, 'include "inner.db"\n');
  t.match(await errors(file), [{ code: 'IOC_DATABASE', message: /includes itself/ }], 'a file that includes itself');

  await writeFile(file, `record(ai, "$(P)a") { info(a, "$(X=${'$(L)'.repeat(60)},L=${'z'.repeat(40)})") }\n`);
  t.match(await errors(file), [{ code: 'IOC_DATABASE', message: /line 1: EPICS cuts it off/ }], 'a line too long');

  await writeFile(file, 'alias("a b", "c")\n');
  t.match(await errors(file), [{ code: 'IOC_DATABASE', message: /record name "a b"/ }], 'in an alias');

  await writeFile(file, 'record(ai, "a b") { field(DESC, "x") }\n');
  const command = join(folder, 'load.cmd');
  await writeFile(command, `dbLoadRecords("${file}", "P=t:")`);
  t.match(await errors(command), [{ code: 'IOC_COMMAND', message: /bad\.db: line 1: .*"a b"/ }], 'by iocsh');
});

void t.test('what base can read is read', async (t) => {
  const folder = t.testdir({
    'good.db': [
      '# $(UNDEFINED) record(ai, "no name")',
      'path "."',
      'record(ai, "$(P)one") { alias("$(P)uno") field(DTYP, "dm") field(INP, "@a b.$(N=c)")',
      `  info(a, {b: 'record(ai,"a b")'}) }`,
      'record(ai, $(P)two-$(N=3)[0]<x>;y) # a comment',
      '{ field(DESC, "record(ai, \\"a b\\")") field(DTYP, "dm") field(INP, "@c") }',
      `record(ai, "$(P)${'x'.repeat(58)}") {}`,
      'alias("$(P)one", "$(P)eins")',
      'record("*", "$(P)one") { field(DESC, "more") }',
    ].join('\n'),
  });
  const environment = JSON.stringify(await loopbackEnvironment());
  const good = join(folder, 'good.db');
  const command = join(folder, 'good.cmd');
  await writeFile(command, `dbLoadRecords("${good}", "P=t:")`);
  for (const [path, records] of [
    [good, ['t:one', 't:two-3[0]<x>;y']],
    [command, []],
  ] as const) {
    const child = new LineProcess(process.execPath, [LOADER, path, environment]);
    await child.exited();
    t.same(child.pending('error'), []);
    t.match(child.pending('loaded'), [{ records }]);
  }
});

void t.test('records are described as their database declares them', async (t) => {
  const { ioc } = await startTestIoc(t);
  const records = (await ioc.call('records')) as Record<string, unknown>[];
  const byName = new Map(records.map((record) => [record['name'], record]));
  t.match(byName.get('t:ai'), {
    type: 'ai',
    direction: 'in',
    address: 'in.ai',
    description: 'Position',
    units: 'mm',
    maxLength: 1,
    elementType: null,
    states: [],
    info: { autosaveFields: 'HIHI HIGH' },
    file: /records\.db$/,
  });
  t.match(byName.get('t:mbbo'), { direction: 'out', address: 'out.mbbo', states: ['Ten', 'Twenty'] });
  t.match(byName.get('t:busy'), { type: 'busy', direction: 'out', states: ['Done', 'Busy'] });
  t.match(byName.get('t:lso'), { maxLength: 300 });
  t.match(byName.get('t:stringin'), { maxLength: 40 });
  t.match(byName.get('t:aai'), { maxLength: 8, elementType: 'LONG' });
  t.notOk(byName.has('t:count'), 'only records with device support "dm"');
  t.same(
    records.map((record) => record['index']),
    records.map((_, index) => index),
  );
});

void t.test('access security decides who may write, and tells the handler who did', async (t) => {
  const folder = t.testdir({
    'access.acf': 'ASG(DEFAULT) { RULE(1, READ) RULE(1, WRITE, TRAPWRITE) }\nASG(LOCKED) { RULE(1, READ) }\n',
    'locked.db': 'record(ao, "$(P)locked") { field(ASG, "LOCKED") field(DTYP, "dm") field(OUT, "@out.locked") }\n',
  });
  const { ioc, clients } = await startTestIoc(t, {
    databases: ['test/native/ioc/records.db', join(folder, 'locked.db')],
    access: join(folder, 'access.acf'),
  });
  await t.rejects(clients.call('pvaPut', 'locked', 1), /permitted|denied|access/i);
  t.equal(ioc.pending('write').length, 0);
  await clients.call('pvaPut', 'ao', 1);
  t.match(await ioc.event({ event: 'write', name: 'ao' }), { user: /./, host: /./ });
  await ioc.call('settle', 'ao');
});

void t.test('access security answers for what is served beside records', async (t) => {
  const folder = t.testdir({
    'access.acf': `UAG(operators) { alice, "role/staff" }
HAG(console) { "127.0.0.1" }
ASG(DEFAULT) { RULE(1, READ) }
ASG(OPERATOR) { RULE(1, READ) RULE(1, WRITE, TRAPWRITE) { UAG(operators) HAG(console) } }
`,
  });
  const { ioc } = await startTestIoc(t, { access: join(folder, 'access.acf') });
  const mayWrite = (...args: unknown[]): Promise<unknown> => ioc.call('mayWrite', ...args);
  t.equal(await mayWrite('OPERATOR', ['alice'], '127.0.0.1'), true);
  t.equal(await mayWrite('OPERATOR', ['bob', 'role/staff'], '127.0.0.1'), true);
  t.equal(await mayWrite('OPERATOR', ['bob'], '127.0.0.1'), false);
  t.equal(await mayWrite('OPERATOR', ['alice'], '10.0.0.1'), false);
  t.equal(await mayWrite('OPERATOR', [], '127.0.0.1'), false);
  t.equal(await mayWrite('NO_SUCH_GROUP', ['alice'], '127.0.0.1'), false, 'as DEFAULT');
  t.equal(await ioc.call('accessNamesRoles'), true);
  const { ioc: other } = await startTestIoc(t);
  t.equal(await other.call('accessNamesRoles'), false);
});
