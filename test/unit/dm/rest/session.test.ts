import { writeFile } from 'node:fs/promises';
import t from 'tap';
import { RestDataManagement } from 'dm/rest';
import { skipTime } from '../port/skip-time.js';
import { FakeDataManagement } from '../fake-data-management.js';
import { PASSWORD, type ServedDm, serveDm } from '../served-dm.js';

async function serve(): Promise<ServedDm & { dm: FakeDataManagement }> {
  const dm = new FakeDataManagement();
  dm.allExperiments.push({ id: 1, name: 'e' });
  return Object.assign(await serveDm(dm), { dm });
}

await t.test('requests that find no session share one login', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client } = served;
  await Promise.all(Array.from({ length: 10 }, () => client.experiments.getByName('e')));
  t.equal(served.count(null), 1);
  t.equal(served.count('getExperimentByName'), 10);
});

await t.test('each service has a session of its own', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  await served.client.experiments.getByName('e');
  await served.client.daqs.list();
  await served.client.jobs.list('me');
  t.equal(served.count(null), 3);
});

for (const sessionErrorAsCode of [false, true]) {
  const how = sessionErrorAsCode ? 'code 12' : 'HTTP 401';
  await t.test(`a session that expires in the middle (${how}) costs one login and one repeat`, async (t) => {
    const served = await serve();
    t.teardown(served.close);
    const { client, server } = served;
    server.faults.sessionErrorAsCode = sessionErrorAsCode;
    await client.experiments.getByName('e');
    server.expireSessions();
    served.calls.length = 0;
    await Promise.all([client.experiments.getByName('e'), client.experiments.getById(1)]);
    t.equal(served.count(null), 1);
    t.equal(served.calls.length, 5, 'two refused, one login, two repeated');
  });
}

await t.test('a command that finds its session expired is done once', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client, server, dm } = served;
  dm.allWorkflows.push({ name: 'w', owner: 'me', stages: {} });
  await client.jobs.list('me');
  server.expireSessions();
  const job = await client.jobs.start('me', 'w', { filePath: '/dev/null' });
  t.equal(job.status, 'pending');
  t.equal(dm.allJobs.length, 1);
});

await t.test('a refused login is told with the file to check, and not tried again at once', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client, server, options } = served;
  server.faults.refuseLogin = true;
  const refused = { code: 'DM_AUTHENTICATION', message: new RegExp(options.loginFile, 'u') };
  await t.rejects(client.experiments.getByName('e'), refused);
  await t.rejects(client.experiments.getByName('e'), refused);
  t.equal(served.count(null), 1, 'the refusal is remembered');
  t.match(client.health(), [{ service: 'DS', connected: false, lastError: /refuses user/u }, {}, {}, {}]);
  server.faults.refuseLogin = false;
  skipTime(t, 600);
  await client.experiments.getByName('e');
  t.match(client.health()[0], { connected: true });
});

await t.test('a corrected login file is read again', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  await writeFile(served.options.loginFile, 's25idcuser|wrong\n');
  await t.rejects(served.client.experiments.getByName('e'), { code: 'DM_AUTHENTICATION' });
  await writeFile(served.options.loginFile, `s25idcuser|${PASSWORD}\n`);
  skipTime(t, 600);
  t.match(await served.client.experiments.getByName('e'), { name: 'e' });
});

await t.test('a login file that is missing or malformed is named, its content never', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  await writeFile(served.options.loginFile, 'no-separator-secret\n');
  await t.rejects(served.client.start(), { code: 'DM_CONFIGURATION', message: /first line .*login/u });
  const error: unknown = await served.client.start().catch((reason: unknown) => reason);
  t.notMatch(String(error), 'no-separator-secret');
  const lost = new RestDataManagement({ ...served.options, loginFile: '/nowhere/login' });
  t.teardown(() => lost.close());
  await t.rejects(lost.start(), { code: 'DM_CONFIGURATION', message: /\/nowhere\/login.*ENOENT/u });
});

await t.test('the owner of jobs is the user of the login file', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  await served.client.start();
  t.equal(served.client.owner, 's25idcuser');
});

await t.test('no password and no cookie is ever logged or told in an error', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client, server, log } = served;
  const told: string[] = [];
  const tell = async (call: Promise<unknown>): Promise<void> => {
    await call.catch((error: unknown) => told.push(`${String(error)} ${JSON.stringify(error)}`));
  };
  await client.start();
  await tell(client.experiments.getByName('none'));
  server.expireSessions();
  await tell(client.experiments.getByName('e'));
  server.faults.httpStatus.getExperimentByName = 500;
  await tell(client.experiments.getByName('e'));
  server.faults.refuseLogin = true;
  server.expireSessions();
  await tell(client.experiments.getByName('e'));
  server.faults.down = true;
  await tell(client.experiments.getByName('e'));
  t.ok(told.length >= 4 && log.length > 0);
  const everything = [...told, ...log].join('\n');
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'p%7Ca', 'session_id=']) {
    t.notOk(everything.includes(secret), secret);
  }
});
