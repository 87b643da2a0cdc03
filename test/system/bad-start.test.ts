import { createSocket } from 'node:dgram';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { IocProcess, PROGRAM, runProgram, temporaryDirectory } from './ioc-process.js';

const directory = temporaryDirectory(t);
mkdirSync(join(directory, 'db'));

interface Refusal {
  readonly title: string;
  readonly settings?: readonly string[];
  readonly config?: string;
  readonly database?: string;
  /** Content of the access file. */
  readonly access?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** What the one line must name. */
  readonly says: RegExp;
  /** The same of `check`, which makes nothing, where that says it otherwise. */
  readonly checkSays?: RegExp;
}

const record = (type: string, link: string, address: string, more = ''): string =>
  `record(${type}, "$(P)Mine") { field(DTYP, "dm") field(${link}, "@${address}") ${more} }`;

const REFUSALS: readonly Refusal[] = [
  { title: 'an unknown key', settings: ['slots.wokflow=2'], says: /unknown key slots\.wokflow/u },
  { title: 'a value out of range', settings: ['slots.daq=1000'], says: /slots\.daq/u },
  { title: 'a malformed setting', settings: ['slots'], says: /--set slots: must have the form key\.key=value/u },
  { title: 'a file that is not YAML', config: 'a: [1', says: /bad\.yaml: /u },
  { title: 'an unknown key in the file', config: 'colour: red', says: /bad\.yaml: unknown key colour/u },
  {
    title: 'a missing access file',
    settings: ['access.file=/nowhere/access.acf'],
    says: /^dm-ioc: access\.file: no file \/nowhere\/access\.acf; name one, or leave the key out/u,
  },
  {
    title: 'an access file with a mistake',
    access: 'ASG(DEFAULT) { RULE(1, NONE',
    says: /access\.file: .*access\.acf/u,
  },
  {
    title: 'an access file without the groups of our records',
    access: 'ASG(DEFAULT) { RULE(1, WRITE) }',
    says: /access\.file: .*access\.acf has no rules for ASG\(OPERATOR\), the group of dm:\S+; ASG\(READONLY\), .*: add it/u,
  },
  {
    title: 'a group that a record of the site is in and the access file lacks',
    database: 'record(ai, "$(P)Mine") { field(ASG, "OPERATR") }',
    says: /access\.file: .*ioc\/access\.acf has no rules for ASG\(OPERATR\), the group of dm:Mine: /u,
  },
  {
    title: 'a rule for nobody named DEFAULT, where a record is in no group',
    access: 'ASG(OPERATOR) { RULE(1, WRITE) } ASG(READONLY) { RULE(1, READ) }',
    database: 'record(ai, "$(P)Mine") { }',
    says: /has no rules for ASG\(DEFAULT\), the group of dm:Mine/u,
  },
  {
    title: 'an engine that is served without a login file',
    settings: ['dm.local.serve.enabled=true'],
    says: /^dm-ioc: dm\.local\.serve\.loginFile: name a file whose first line is username\|password/u,
  },
  {
    title: 'an engine that is served with a login file that is not there',
    settings: ['dm.local.serve={enabled: true, port: 0, loginFile: /nowhere/login}'],
    says: /^dm-ioc: dm\.local\.serve\.loginFile: .*\/nowhere\/login/u,
  },
  {
    title: 'a certificate without its key',
    settings: ['dm.local.serve={enabled: true, port: 0, loginFile: package.json, certificate: package.json}'],
    says: /^dm-ioc: dm\.local\.serve\.key: certificate and key go together/u,
  },
  { title: 'a missing site database', settings: ['site.databases=[{file: /nowhere/x.db}]'], says: /\/nowhere\/x\.db/u },
  { title: 'a missing site startup', settings: ['site.startup=/nowhere/st.cmd'], says: /\/nowhere\/st\.cmd/u },
  {
    title: 'an autosave directory that cannot be made',
    settings: ['autosave.directory=/proc/nowhere'],
    says: /autosave directory \/proc\/nowhere can't be made: .*set autosave\.directory/u,
    checkSays: /^dm-ioc: autosave\.directory: \/proc\/nowhere can't be written: .*; name a directory that can$/u,
  },
  {
    title: 'a root that cannot be made',
    settings: ['dm.local.root=/proc/nowhere'],
    says: /root \/proc\/nowhere can't be made/u,
    checkSays: /^dm-ioc: dm\.local\.root: \/proc\/nowhere can't be written: .*; name a directory that can$/u,
  },
  {
    title: 'a missing folder of workflows',
    settings: ['dm.local.workflows=/nowhere/workflows'],
    says: /\/nowhere\/workflows can't be read: .*make it, or name another in dm\.local\.workflows/u,
  },
  { title: 'an interface of another host', settings: ['interfaces=[203.0.113.1]'], says: /203\.0\.113\.1/u },
  {
    title: 'an unknown address',
    database: record('lsi', 'INP', 'workflow[1].stge'),
    says: /site\.db: record dm:Mine: "@workflow\[1\]\.stge".*did you mean/u,
  },
  {
    title: 'a slot that is not there',
    database: record('lsi', 'INP', 'workflow[9].stage'),
    says: /slots\.workflow: 4/u,
  },
  {
    title: 'a wrong record type',
    database: record('ai', 'INP', 'workflow[1].stage'),
    says: /must be lsi or stringin/u,
  },
  { title: 'a wrong direction', database: record('lso', 'OUT', 'workflow[1].stage'), says: /must be lsi or stringin/u },
  {
    title: 'a command that is no busy record',
    database: record('bo', 'OUT', 'workflow[1].run'),
    says: /must be busy/u,
  },
  {
    title: 'other states',
    database: record('mbbi', 'INP', 'workflow[1].status', 'field(ZRST, "Off")'),
    says: /its states must be Idle/u,
  },
  { title: 'a record that EPICS refuses', database: 'record(nonsense, "$(P)Mine") { }', says: /site\.db/u },
  { title: 'an undefined macro', database: 'record(ai, "$(P)$(NOT)Mine") { }', says: /site\.db.*NOT/u },
  { title: 'a web service without URL', settings: ['dm.backend=rest'], says: /DM web services are not valid: .*ds/u },
  {
    title: 'a port that is none',
    environment: { EPICS_CAS_SERVER_PORT: '70000' },
    says: /EPICS_CAS_SERVER_PORT=70000/u,
  },
  {
    title: 'a missing library',
    environment: { EPICS_BASE: '/nowhere/base', PVXS: '/nowhere/pvxs' },
    says: /EPICS_BASE names an installation without \/nowhere\/base/u,
  },
];

async function refused(t: Test, refusal: Refusal, verb: 'run' | 'check'): Promise<void> {
  const says = (verb === 'check' ? refusal.checkSays : undefined) ?? refusal.says;
  const settings = ['ca.port=0', 'pva.port=0', 'pva.broadcastPort=0', `dm.local.root=${join(directory, 'dm')}`];
  settings.push(`autosave.directory=${join(directory, 'autosave')}`, ...(refusal.settings ?? []));
  const args: string[] = [PROGRAM, verb];
  if (refusal.config !== undefined) {
    writeFileSync(join(directory, 'bad.yaml'), refusal.config);
    args.push('--config', join(directory, 'bad.yaml'));
  }
  if (refusal.database !== undefined) {
    const file = join(directory, 'site.db');
    writeFileSync(file, refusal.database);
    settings.push(`site.databases=[{file: ${file}}]`);
  }
  if (refusal.access !== undefined) {
    const file = join(directory, 'access.acf');
    writeFileSync(file, refusal.access);
    settings.push(`access.file=${file}`);
  }
  for (const setting of settings) args.push('--set', setting);
  const { code, stdout, stderr } = await runProgram(process.execPath, args, refusal.environment ?? {});
  t.equal(code, 1, `${verb}: exit code 1`, { stdout, stderr });
  const lines = stderr.trim().split('\n');
  t.match(lines.at(-1), says, 'the line names it');
  t.match(lines.at(-1), /^dm-ioc: /u, 'and who says so');
  t.equal(lines.length, 1, 'one line', { stderr });
  t.notMatch(stderr, /^ {4}at /mu, 'no stack');
}

for (const refusal of REFUSALS) {
  await t.test(`${refusal.title} keeps the IOC from starting, and check finds it`, async (t) => {
    await Promise.all([refused(t, refusal, 'run'), refused(t, refusal, 'check')]);
  });
}

await t.test('a port in use keeps the IOC from starting', async (t) => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const socket = createSocket('udp4');
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  const udpPort = socket.address().port;
  t.teardown(() => {
    server.close();
    socket.close();
  });
  await refused(
    t,
    { title: '', settings: [`ca.port=${port}`], says: new RegExp(`CA port ${port} .*in use: set ca.port`, 'u') },
    'run',
  );
  await refused(
    t,
    { title: '', settings: [`pva.port=${port}`], says: new RegExp(`PVA port ${port} .*in use: set pva.port`, 'u') },
    'run',
  );
  await refused(
    t,
    { title: '', settings: [`ca.port=${udpPort}`], says: new RegExp(`CA port ${udpPort} .*in use`, 'u') },
    'run',
  );
  await refused(
    t,
    {
      title: '',
      settings: [`pva.broadcastPort=${udpPort}`],
      says: new RegExp(`PVA port ${udpPort} \\(UDP.*in use`, 'u'),
    },
    'run',
  );
});

await t.test(
  'EPICS_BASE alone, as hosts with EPICS export it, keeps nothing from starting, and one line says so',
  async (t) => {
    const environment = { EPICS_BASE: '/nowhere/base', PVXS: '' };
    const ioc = await IocProcess.start(join(temporaryDirectory(t), 'dm'), [], environment);
    t.equal(await ioc.stop(), 0);
    t.equal(ioc.output.match(/EPICS_BASE is set but PVXS is not: the pinned EPICS libraries are used/gu)?.length, 1, {
      output: ioc.output,
    });
  },
);
