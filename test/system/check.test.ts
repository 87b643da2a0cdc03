import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { createTestCertificate } from '../unit/dm/test-certificate.js';
import { IocProcess, PROGRAM, runProgram, temporaryDirectory, type Finished } from './ioc-process.js';

const directory = temporaryDirectory(t);
const ANY_PORT = ['ca.port=0', 'pva.port=0', 'pva.broadcastPort=0'];

function check(...settings: string[]): Promise<Finished> {
  const own = [`dm.local.root=${join(directory, 'dm')}`, `autosave.directory=${join(directory, 'saved')}`];
  const args = [...ANY_PORT, ...own, ...settings].flatMap((setting) => ['--set', setting]);
  return runProgram(process.execPath, [PROGRAM, 'check', ...args], {});
}

function write(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

await t.test('check finds what the IOC would start with and users would miss', async (t) => {
  const folder = join(directory, 'workflows');
  mkdirSync(folder);
  write('workflows/good.yaml', 'stages: { 01-A: { command: "true" } }');
  write('workflows/bad.yaml', 'stages: { 01-A: { comand: "true" } }');
  write('workflows/broken.yaml', 'stages: {');
  write('workflows/twice.yaml', 'name: good\nstages: { 01-A: { command: "true" } }');
  write('workflows/odd.yaml', 'stages: { 01-A: { command: "true", runif: "1 > 0" } }');
  const login = write('login', 'user2bm|a secret\n');
  const shipped = readFileSync('ioc/access.acf', 'utf8');
  const access = write('access.acf', `${shipped}\nHAG(console) {localhost, console.invalid, 127.0.0.1}\n`);
  const { code, stdout, stderr } = await check(
    `access.file=${access}`,
    `dm.local.workflows=${folder}`,
    'dm.local.owner=somebody',
    `dm.local.serve={enabled: true, port: 0, loginFile: ${login}}`,
  );
  t.equal(code, 1, 'a script can tell', { stdout, stderr });
  t.equal(stdout, '');
  const lines = stderr.trim().split('\n');
  for (const name of ['bad', 'broken', 'twice', 'odd']) {
    t.ok(
      lines.some((line) => line.startsWith('dm-ioc: warning: dm.local.workflows: ') && line.includes(`${name}.yaml`)),
      name,
    );
  }
  t.match(
    stderr,
    /dm\.local\.serve\.loginFile: clients log in as user2bm and see no workflows.* set dm\.local\.owner to user2bm/u,
  );
  t.notMatch(stderr, /a secret/u);
  t.match(stderr, /warning: access\.file: .*access\.acf names the host console\.invalid, which can't be looked up/u);
  t.match(stderr, /odd\.yaml: .*did you mean runIf/u);
  t.equal(lines.length, 6, 'a line each', { stderr });
});

await t.test('check finds all that is wrong at once, each with the key and a remedy', async (t) => {
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
  t.teardown(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const [one, other] = [await createTestCertificate(), await createTestCertificate()];
  const login = write('login', 'user2bm|a secret\n');
  const served = `enabled: true, loginFile: ${login}`;
  const { code, stderr } = await check(
    'interfaces=[203.0.113.1]',
    'autosave.directory=/proc/nowhere',
    'dm.local.owner=user2bm',
    `dm.local.serve={${served}, port: ${port}}`,
    'site.databases=[{file: /nowhere/x.db}]',
  );
  t.equal(code, 1);
  t.match(stderr, /interface 203\.0\.113\.1 is not one of this host: see interfaces/u);
  t.match(stderr, /autosave\.directory: \/proc\/nowhere can't be written/u);
  t.match(
    stderr,
    new RegExp(`dm\\.local\\.serve\\.port: port ${port} on 127\\.0\\.0\\.1 is in use: set it to another one`, 'u'),
  );
  t.match(stderr, /site\.databases: no file \/nowhere\/x\.db/u);
  const [certificate, key] = [write('cert.pem', one.cert), write('key.pem', other.key)];
  t.match(
    await check(
      'dm.local.owner=user2bm',
      `dm.local.serve={${served}, port: 0, certificate: ${certificate}, key: ${key}}`,
    ),
    {
      code: 1,
      stderr: /dm\.local\.serve: the certificate .*cert\.pem and the key .*key\.pem can't be used: .*belong together/u,
    },
  );
});

await t.test('check looks at the login file and the certificates of web services without asking them', async (t) => {
  const urls = ['ds', 'daq', 'cat', 'proc'].map((name) => `dm.rest.${name}=https://127.0.0.1:1`);
  const rest = ['dm.backend=rest', ...urls, 'dm.rest.station=S'];
  t.match(await check(...rest, 'dm.rest.loginFile=/nowhere/login'), {
    code: 1,
    stderr: /dm\.rest\.loginFile: .*\/nowhere\/login/u,
  });
  const login = write('login', 'user2bm|a secret\n');
  t.match(await check(...rest, `dm.rest.loginFile=${login}`, `dm.rest.tls.ca=${login}`), {
    code: 1,
    stderr: /login.*Check dm\.rest\.tls\.ca/u,
  });
  t.match(await check(...rest, `dm.rest.loginFile=${login}`), { code: 0, stdout: /configuration good.*backend rest/u });
});

await t.test(
  'check beside the IOC of its configuration leaves the ports alone, beside another it does not',
  async (t) => {
    const root = join(directory, 'running');
    const ioc = await IocProcess.start(root);
    const ports = [`ca.port=${ioc.caPort}`, `pva.port=${ioc.pvaPort}`];
    t.match(await check(`autosave.directory=${join(root, 'autosave')}`, ...ports), {
      code: 0,
      stdout: /configuration good.*; an IOC with it runs, so its ports were not tried/u,
    });
    t.match(await check(...ports), {
      code: 1,
      stderr: new RegExp(`CA port ${ioc.caPort} .*in use: set ca\\.port`, 'u'),
    });
    t.equal(await ioc.stop(), 0);
  },
);
