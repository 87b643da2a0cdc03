import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { IocProcess, PROGRAM, runProgram, temporaryDirectory } from './ioc-process.js';

const PASSWORD = 'a secret';

await t.test(
  'a served engine says when its clients log in as another user than its owner, and logs a refused login',
  async (t) => {
    const directory = temporaryDirectory(t);
    const loginFile = join(directory, 'login');
    writeFileSync(loginFile, `user2bm|${PASSWORD}\n`);
    const serve = `dm.local.serve={enabled: true, port: 0, loginFile: ${loginFile}}`;
    const ioc = await IocProcess.start(join(directory, 'dm'), ['dm.local.owner=somebody', serve]);
    const url = /serving DM's protocol url=(?<url>\S+)/u.exec(ioc.output)?.groups?.['url'] ?? '';
    const login = (body: string): Promise<number> =>
      fetch(`${url}/dm/login`, { method: 'POST', body: new URLSearchParams(body) }).then(({ status }) => status);
    t.equal(await login(`username=user2bm&password=${PASSWORD}`), 200);
    t.equal(await login('username=user2bm&password=another secret'), 401);
    t.equal(await login('username=someone%0Aelse&password=another secret'), 401);
    t.equal(await ioc.stop(), 0);
    t.match(
      ioc.output,
      /WARN dm\.local\.serve\.loginFile: clients log in as user2bm and see no workflows and jobs, which are somebody's: set dm\.local\.owner to user2bm/u,
    );
    t.match(ioc.output, /WARN login refused: .* user=user2bm host=127\.0\.0\.1\n/u);
    t.match(ioc.output, /WARN login refused: .* user=someone\\nelse host=127\.0\.0\.1\n/u, 'in one line');
    t.notMatch(ioc.output, /secret/u, 'without any password');
  },
);

await t.test('dm check succeeds against a served engine, which has no APS database', async (t) => {
  const directory = temporaryDirectory(t);
  const loginFile = join(directory, 'login');
  writeFileSync(loginFile, `user2bm|${PASSWORD}\n`);
  const serve = `dm.local.serve={enabled: true, port: 0, loginFile: ${loginFile}}`;
  const ioc = await IocProcess.start(join(directory, 'dm'), ['dm.local.owner=user2bm', serve]);
  const url = /serving DM's protocol url=(?<url>\S+)/u.exec(ioc.output)?.groups?.['url'] ?? '';
  const services = ['ds', 'daq', 'cat', 'proc', 'apsDb'].map((name) => `dm.rest.${name}=${url}`);
  const settings = [...services, 'dm.rest.station=LOCAL', `dm.rest.loginFile=${loginFile}`];
  const args = settings.flatMap((setting) => ['--set', setting]);
  const { code, stdout } = await runProgram(process.execPath, [PROGRAM, 'dm', 'check', ...args], {});
  t.equal(code, 0, 'exit code 0', { stdout });
  t.match(stdout, /skipped getCurrentRun .*: Current run does not exist: this server has no APS database\./u);
  t.match(stdout, /ok +listWorkflows .*: [1-9]\d* entries/u);
  t.match(stdout, / endpoints, 0 failed\n$/u);
  t.equal(await ioc.stop(), 0);
});
