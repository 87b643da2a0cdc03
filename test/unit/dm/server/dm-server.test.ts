import { readFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { type DataManagement, DmError, encodeJson, encodeText, wireErrorOf } from 'dm';
import { createDmServer, type DmServer, type DmServerOptions } from 'dm/server';
import { skipTime } from '../port/skip-time.js';
import { FakeDataManagement } from '../fake-data-management.js';
import { createTestCertificate } from '../test-certificate.js';
import { readOutcomeVectors } from '../wire/outcome-vectors.js';

const certificate = await createTestCertificate();
const users = [
  { username: 's25idcuser', password: 'secret' },
  { username: 'visitor', password: 'other', role: 'user' as const },
];

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

interface Peer {
  server: DmServer;
  dm: FakeDataManagement;
  send: (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    extra?: Record<string, string>,
    body?: string,
  ) => Promise<Reply>;
  logIn: (username?: string, password?: string) => Promise<Reply>;
}

async function withServer(t: Test, options: Partial<DmServerOptions> = {}, port?: DataManagement): Promise<Peer> {
  const dm = new FakeDataManagement();
  const server = await createDmServer(port ?? dm, { ports: 0, tls: certificate, users, ...options });
  const agent = new Agent({ connect: { ca: certificate.cert } });
  t.teardown(async () => {
    await agent.close();
    await server.close();
  });
  let cookie = '';
  const send: Peer['send'] = async (method, path, extra = {}, body) => {
    const reply = await agent.request({
      origin: server.urls.DS,
      path: `/dm${path}`,
      method,
      headers: { 'content-type': 'html', ...(cookie === '' ? {} : { cookie }), ...extra },
      body: body ?? null,
    });
    const text = await reply.body.text();
    let parsed: unknown = text;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Not every reply has a JSON body.
    }
    return { status: reply.statusCode, headers: reply.headers, body: parsed };
  };
  const logIn: Peer['logIn'] = async (username = 's25idcuser', password = 'secret') => {
    const body = new URLSearchParams({ username, password }).toString();
    const reply = await send('POST', '/login', { 'content-type': 'application/x-www-form-urlencoded' }, body);
    if (typeof reply.headers['set-cookie'] === 'string') cookie = reply.headers['set-cookie'];
    return reply;
  };
  return { server, dm, send, logIn };
}

await t.test('without a session every call is answered with 401 and code 12', async (t) => {
  const { send } = await withServer(t);
  const reply = await send('GET', '/experimentsByStation/25IDC');
  t.equal(reply.status, 401);
  t.equal(reply.headers['dm-status-code'], '12');
  t.match(reply.body, { errorCode: 12, exceptionType: 'InvalidSession' });
});

await t.test('a login form opens a session whose cookie has the form that the vendor client reads', async (t) => {
  const { send, logIn } = await withServer(t);
  const login = await logIn();
  t.equal(login.status, 200);
  t.equal(login.headers['dm-status-code'], '0');
  t.equal(login.headers['dm-status-message'], 'Success');
  t.equal(login.headers['dm-session-role'], 'administrator');
  t.match(
    login.headers['set-cookie'],
    /^session_id=[0-9a-f]{40}; expires=\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT; Path=\/$/u,
  );
  const reply = await send('GET', '/experimentsByStation/25IDC');
  t.equal(reply.status, 200);
  t.equal(reply.headers['dm-status-code'], '0');
  t.same(reply.body, []);
});

await t.test('the captured login form opens a session, and a call without one is refused as captured', async (t) => {
  const { session } = await readOutcomeVectors();
  const { send } = await withServer(t, { users: [session.form] });
  const refused = await send('GET', '/experimentsByStation/25IDC');
  t.equal(refused.status, session.refused.httpStatus);
  t.match(refused.headers, session.refused.headers);
  t.match(refused.body, { errorCode: session.refused.errorCode });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const { headers } = await send('POST', '/login', form, session.body);
  const written = String(headers['set-cookie']);
  const shapeOf = (cookie: string): string => cookie.replaceAll(/[0-9a-f]{40}|\w{3}, \d.*(?= GMT)/gu, '…');
  t.equal(shapeOf(written), shapeOf(session.setCookie));
  for (const cookie of [written, written.split(';', 1)[0] ?? '']) {
    t.equal(
      (await send('GET', '/experimentsByStation/25IDC', { cookie })).status,
      200,
      'whole, or name and value only',
    );
  }
});

await t.test('a wrong password, an unknown user and a missing form are refused alike', async (t) => {
  const { send, logIn } = await withServer(t);
  for (const reply of [await logIn('s25idcuser', 'wrong'), await logIn('nobody', ''), await send('POST', '/login')]) {
    t.equal(reply.status, 401);
    t.equal(reply.headers['dm-status-code'], '6');
    t.equal(reply.headers['set-cookie'], undefined);
  }
});

await t.test('an application error is HTTP 200 with its code in headers and body', async (t) => {
  const { send, logIn } = await withServer(t);
  await logIn();
  const reply = await send('GET', `/experimentsByName/${encodeText('nowhere')}/25IDC`);
  t.equal(reply.status, 200);
  t.equal(reply.headers['dm-status-code'], '14');
  t.equal(reply.headers['dm-exception-type'], 'ObjectNotFound');
  t.same(reply.body, {
    errorMessage: 'Experiment nowhere does not exist.',
    errorCode: 14,
    exceptionType: 'ObjectNotFound',
  });
});

await t.test('a value that is not encoded, or not of its schema, is refused with code 10', async (t) => {
  const { send, logIn } = await withServer(t);
  await logIn();
  for (const path of [
    '/experimentsByName/plain/25IDC',
    '/experimentsByName/%ZZ/25IDC',
    '/processingJobsByOwner/me?queryDict=x&skip=0&limit=1&keyList=x',
    `/processingJobsByOwner/me?queryDict=${encodeJson({})}&skip=a&limit=1&keyList=${encodeJson('DEFAULT')}`,
  ]) {
    t.match((await send('GET', path)).body, { errorCode: 10 }, path);
  }
  t.match((await send('GET', '/processingJobsByOwner/me')).body, { errorCode: 11 }, 'a missing one with code 11');
  const list = (skip: string, keyList: unknown): Promise<Reply> =>
    send(
      'GET',
      `/processingJobsByOwner/me?queryDict=${encodeJson({})}&skip=${skip}&limit=1&keyList=${encodeJson(keyList)}`,
    );
  t.match((await list('-1', 'ALL')).body, { errorMessage: 'The parameter skip must be a whole number, not "-1".' });
  t.match((await list('0', 5)).body, { errorMessage: /^The parameter keyList is not valid: / });
  const daq = `/experimentsByName/${encodeText('e')}/startDaq/${encodeText('/d')}`;
  t.match((await send('POST', `${daq}?taskInfo=${encodeJson({ maxRunTimeInHours: 'long' })}`)).body, {
    errorCode: 10,
    errorMessage: /^The parameter taskInfo\.maxRunTimeInHours is not valid: .*number/u,
  });
});

await t.test('a query is obeyed, or refused where the whole list would pass for its answer', async (t) => {
  const { dm, send, logIn } = await withServer(t);
  await logIn();
  const stages = { a: { command: 'true' } };
  await dm.workflows.add({ name: 'one', owner: 'me', stages });
  await dm.workflows.add({ name: 'two', owner: 'me', stages });
  const query = encodeJson({ name: 'two' });
  const { body } = await send('GET', `/workflowsByOwner/me?queryDict=${query}`);
  t.match(body, [{ name: 'two' }]);
  t.equal((body as unknown[]).length, 1);
  for (const list of ['experimentFiles', 'experimentDatasets']) {
    const reply = await send('GET', `/${list}/${encodeText('e')}?queryDict=${query}&skip=0&limit=1`);
    t.match(reply.body, { errorCode: 10, errorMessage: /leave queryDict empty/u }, list);
  }
});

await t.test('bodies are ignored, parameters come from path and query only', async (t) => {
  const { dm, send, logIn } = await withServer(t);
  await logIn();
  await dm.experiments.add({ name: 'e' });
  const path = `/experimentsByName/${encodeText('e')}/startDaq/${encodeURIComponent(encodeText('/a b/ü'))}`;
  const reply = await send('POST', `${path}?taskInfo=${encodeJson({ destDirectory: 'x' })}`, {}, 'taskInfo=rubbish');
  t.match(reply.body, { experimentName: 'e', dataDirectory: '/a b/ü', destDirectory: 'x', status: 'running' });
});

await t.test("a site's own paths are served, with and without what they may leave out", async (t) => {
  const routes = {
    startDaq: 'PUT /daqs/{E(dataDirectory)}?name={E(experimentName)}',
    listDaqs: 'GET /allDaqs?station={status?}',
  };
  const { dm, send, logIn } = await withServer(t, { routes });
  await logIn();
  await dm.experiments.add({ name: 'e' });
  const started = await send('PUT', `/daqs/${encodeText('/d')}?name=${encodeText('e')}`);
  t.match(started.body, { experimentName: 'e', dataDirectory: '/d', status: 'running' });
  t.match((await send('PUT', `/daqs/${encodeText('/d')}`)).body, {
    errorCode: 11,
    errorMessage: 'The parameter experimentName is missing.',
  });
  t.match((await send('GET', '/allDaqs')).body, [{ experimentName: 'e' }]);
  t.same((await send('GET', '/allDaqs?station=done')).body, []);
});

await t.test('very long arguments pass, as they do in the query of DM', async (t) => {
  const { dm, send, logIn } = await withServer(t);
  await logIn();
  dm.allWorkflows.push({ name: 'w', owner: 'me', stages: {} });
  const long = 'x'.repeat(200_000);
  const path = `/processingJobsByWorkflow/me/${encodeText('w')}/startProcessingJob?argsDict=${encodeJson({ long })}`;
  t.match((await send('POST', path)).body, { long, status: 'pending' });
});

await t.test('only an administrator adds workflows and experiments', async (t) => {
  const { dm, send, logIn } = await withServer(t);
  await logIn('visitor', 'other');
  const workflow = encodeJson({ name: 'w', owner: 'me', stages: { '1': { command: 'true' } } });
  const refused = await send('POST', `/workflows/addWorkflow?allowCurrentUsername=0&workflow=${workflow}`);
  t.match(refused.body, { errorCode: 5 });
  t.equal(dm.allWorkflows.length, 0);
  await logIn();
  const added = await send('POST', `/workflows/addWorkflow?allowCurrentUsername=0&workflow=${workflow}`);
  t.match(added.body, { name: 'w' });
});

await t.test('a session ends when it is not used for its time, and when the server says so', async (t) => {
  const { server, send, logIn } = await withServer(t, { sessionTimeoutMs: 60_000 });
  await logIn();
  t.equal((await send('GET', '/experimentsByStation/25IDC')).status, 200);
  skipTime(t, 61_000);
  t.equal((await send('GET', '/experimentsByStation/25IDC')).status, 401);
  await logIn();
  server.expireSessions();
  t.equal((await send('GET', '/experimentsByStation/25IDC')).status, 401);
  await logIn();
  server.faults.sessionErrorAsCode = true;
  server.expireSessions();
  const reply = await send('GET', '/experimentsByStation/25IDC');
  t.equal(reply.status, 200);
  t.match(reply.body, { errorCode: 12 });
});

await t.test('the list by station is the short form, the call by name the full one', async (t) => {
  const { dm, send, logIn } = await withServer(t);
  await logIn();
  await dm.experiments.add({ name: 'e', users: ['d1'] });
  const [short] = (await send('GET', '/experimentsByStation/25IDC')).body as Record<string, unknown>[];
  t.same(Object.keys(short ?? {}).sort(), ['id', 'name']);
  t.match((await send('GET', `/experimentsByName/${encodeText('e')}/25idc`)).body, {
    dataDirectory: '/dm/e/data',
    experimentUsernameList: ['d1'],
  });
  t.match((await send('GET', '/experimentsByStation/2BM')).body, { errorCode: 14 });
});

await t.test('an unknown path is 404, and each of five listeners knows its own service only', async (t) => {
  const { server, send, logIn } = await withServer(t, { ports: { DS: 0, DAQ: 0, CAT: 0, PROC: 0, APS_DB: 0 } });
  t.equal(new Set(Object.values(server.urls)).size, 5);
  await logIn();
  const unknown = await send('GET', '/nothing');
  t.equal(unknown.status, 404);
  t.equal(unknown.headers['dm-status-code'], undefined, 'which no header calls a success');
  t.equal((await send('GET', '/daqsByStatus/any')).status, 404);
});

await t.test('faults can be switched on and off', async (t) => {
  const { dm, server, send, logIn } = await withServer(t);
  await logIn();
  await dm.experiments.add({ name: 'e' });
  const daq = await dm.daqs.start('e', '/d');
  daq.percentageComplete = 12.5;
  server.faults.percentageAsText = true;
  t.match((await send('GET', '/daqsByStatus/any')).body, [{ percentageComplete: '12.50' }]);
  server.faults.statusCode.listDaqs = 19;
  t.match((await send('GET', '/daqsByStatus/any')).body, { errorCode: 19 });
  server.faults.httpStatus.listDaqs = 503;
  t.equal((await send('GET', '/daqsByStatus/any')).status, 503);
  server.faults.refuseLogin = true;
  t.equal((await logIn()).status, 401);
  server.faults.down = true;
  await t.rejects(send('GET', '/daqsByStatus/any'), { code: 'UND_ERR_SOCKET' });
  server.faults.down = false;
  server.faults.httpStatus = {};
  server.faults.statusCode = {};
  t.match((await send('GET', '/daqsByStatus/running')).body, [{ id: daq.id }]);
});

await t.test('the certificate can be changed while it runs', async (t) => {
  const { server, send } = await withServer(t);
  server.useCertificate(await createTestCertificate('127.0.0.9'));
  await t.rejects(send('GET', '/experimentsByStation/25IDC'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  server.useCertificate(certificate);
  t.equal((await send('GET', '/experimentsByStation/25IDC')).status, 401);
});

await t.test('a taken port and a server without users are refused before anything listens', async (t) => {
  const { server, dm } = await withServer(t);
  const port = Number(new URL(server.urls.DS).port);
  await t.rejects(createDmServer(dm, { ports: port, tls: null, users }), {
    code: 'DM_CONFIGURATION',
    message: /EADDRINUSE/u,
  });
  await t.rejects(createDmServer(dm, { ports: 0, tls: null, users: [] }), { code: 'DM_CONFIGURATION' });
});

await t.test('every captured request reaches the port, and the captured object is what is answered', async (t) => {
  const calls = JSON.parse(await readFile('test/unit/dm/wire/vectors/calls.json', 'utf8')) as {
    route: string;
    path: string;
    method: 'GET';
    response: unknown;
  }[];
  let response: unknown;
  // Whatever method of the port is called answers with the captured object.
  const area = new Proxy(
    {},
    { get: () => () => (response instanceof DmError ? Promise.reject(response) : Promise.resolve(response)) },
  );
  const dm = new Proxy(new FakeDataManagement(), {
    get: (target, key) =>
      ['experiments', 'daqs', 'uploads', 'catalog', 'workflows', 'jobs'].includes(String(key))
        ? area
        : (Reflect.get(target, key, target) as unknown),
  });
  const { send, logIn } = await withServer(t, {}, dm);
  await logIn();
  const { outcomes } = await readOutcomeVectors();
  for (const { what, httpStatus, headers, body, served } of outcomes.filter((one) => one.served)) {
    t.ok(served);
    response = wireErrorOf(headers, body) ?? body;
    const reply = await send('GET', '/processingJobsByOwner/s25idcuser/j');
    t.equal(reply.status, httpStatus, what);
    t.match(reply.headers, headers, what);
    t.same(reply.body, body, what);
  }
  for (const call of calls) {
    const reply = await send(call.method, call.path.replace(/^\/dm/u, ''));
    ({ response } = call);
    const again = await send(call.method, call.path.replace(/^\/dm/u, ''));
    t.equal(reply.status, 200, call.path);
    if (!/esaf|bss/u.test(call.path)) t.same(again.body, call.response, call.route);
    else if (Array.isArray(call.response)) t.same(again.body, [], call.route);
    else {
      t.equal(again.headers['dm-status-code'], '14', call.route);
      t.match(again.body, { errorCode: 14, errorMessage: /(ESAF 285221|Proposal 80123) .*no APS database/u });
    }
  }
});
