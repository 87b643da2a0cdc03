import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import t from 'tap';
import type { ServiceHealth } from 'dm';
import { RestDataManagement } from 'dm/rest';
import { rawService, sendJson } from '../raw-service.js';

const JOB = { id: 'j', owner: 'me', status: 'running', workflow: { name: 'w', owner: 'me', stages: {} } };

async function until(test: () => boolean): Promise<void> {
  while (!test()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function healthOf(client: RestDataManagement, service: ServiceHealth['service']): ServiceHealth | undefined {
  return client.health().find((health) => health.service === service);
}

await t.test('a job whose argument is called errorCode is a job and no error', async (t) => {
  const { client } = await rawService(t, (_request, reply) => {
    sendJson(reply, { ...JOB, errorCode: 14, errorMessage: 'an argument' }, { 'dm-status-code': '0' });
  });
  t.match(await client.jobs.get('me', 'j'), { id: 'j', errorCode: 14 });
});

await t.test('a redirect is told with where it leads, and is followed by no call and no login', async (t) => {
  const elsewhere = 'https://portal.example/sso?token=secret-token';
  const redirect = await rawService(t, (_request, reply) => {
    reply.writeHead(302, { location: elsewhere }).end('<html>');
  });
  const told = { code: 'DM_URL', message: /redirects.*https:\/\/portal\.example\b/u };
  await t.rejects(redirect.client.experiments.list(), told);
  await t.rejects(redirect.client.jobs.start('me', 'w', {}), told);
  t.equal(redirect.seen.length, 2, 'each was asked once');
  const error: unknown = await redirect.client.experiments.list().catch((reason: unknown) => reason);
  t.notMatch(String(error), /secret-token/u);
  const login = await rawService(t, (_request, reply) => reply.end('[]'), {
    login: (_request, reply) => reply.writeHead(301, { location: elsewhere }).end(),
  });
  await t.rejects(login.client.experiments.list(), told);
  t.match(healthOf(login.client, 'DS'), { connected: false, lastError: /redirects/u });
});

await t.test('a page in the place of the login is told, with the service as not connected', async (t) => {
  const { client, seen } = await rawService(t, (_request, reply) => reply.end('[]'), {
    login: (_request, reply) => reply.setHeader('content-type', 'text/html').end('<html>Maintenance</html>'),
  });
  await t.rejects(client.experiments.list(), { code: 'DM_INTERNAL', message: /no session cookie/u });
  t.match(healthOf(client, 'DS'), { connected: false, lastError: /no session cookie/u });
  t.equal(seen.length, 0);
});

await t.test('a service that answers with pages only is not connected, and is again when it answers', async (t) => {
  let page: string | undefined;
  let status = 200;
  const { client } = await rawService(t, (request, reply) => {
    if (page !== undefined) reply.writeHead(status, { 'content-type': 'text/html' }).end(page);
    else if (request.url?.includes('/processingJobsByOwner/') === true) sendJson(reply, [JOB]);
    else sendJson(reply, []);
  });
  await client.start();
  await until(() => client.health().every(({ connected }) => connected));
  for (status of [200, 500]) {
    page = '<html>Sorry</html>';
    await until(() => client.health().every(({ connected }) => !connected));
    t.match(healthOf(client, 'PROC')?.lastError, status === 200 ? /not JSON/u : /HTTP 500/u);
    page = undefined;
    await until(() => client.health().every(({ connected }) => connected));
  }
  t.pass('both ways');
});

await t.test('one call that fails inside DM is told as the last error, and is no outage', async (t) => {
  const { client, seen } = await rawService(t, (request, reply) => {
    if (request.url?.includes('/daqsByStatus/') === true) reply.writeHead(404).end('<html>');
    else sendJson(reply, []);
  });
  await client.start();
  await until(() => seen.filter((call) => call.includes('/daqsByStatus/')).length >= 3);
  t.match(healthOf(client, 'DAQ'), { connected: true, lastError: /listDaqs.*not confirmed/u });
});

await t.test('a session that is refused right after its login is told without its id', async (t) => {
  for (const status of [401, 200]) {
    const { client, logins } = await rawService(t, (request, reply) => {
      const id = (request.headers.cookie ?? '').replace('session_id=', '');
      const body = {
        errorMessage: `Invalid or expired session id: ${id}.`,
        errorCode: 12,
        exceptionType: 'InvalidSession',
      };
      reply
        .writeHead(status, { 'dm-status-code': '12', 'dm-status-message': body.errorMessage })
        .end(JSON.stringify(body));
    });
    const error: unknown = await client.experiments.list().catch((reason: unknown) => reason);
    t.match(error, { code: 'DM_INVALID_SESSION', message: /right after a login/u });
    t.notMatch(String(error), /session-\d/u);
    t.notMatch(JSON.stringify(client.health()), /session-\d/u);
    t.match(healthOf(client, 'DS'), { connected: false });
    t.equal(logins.count, 2, 'one login, one repeat, no more');
  }
});

await t.test('what an account may not do is an answer: the session stays, the service is connected', async (t) => {
  const { client, seen, logins } = await rawService(t, (_request, reply) => {
    const body = { errorMessage: 'Only station managers may.', errorCode: 5, exceptionType: 'AuthorizationError' };
    reply.writeHead(401, { 'dm-status-code': '5', 'dm-status-message': body.errorMessage }).end(JSON.stringify(body));
  });
  const refused = { code: 'DM_AUTHORIZATION', message: 'Only station managers may.' };
  await t.rejects(client.experiments.list(), refused);
  t.match(healthOf(client, 'DS'), { connected: true });
  t.equal(logins.count, 2, 'it could have been the session');
  t.equal(seen.length, 2);
});

await t.test(
  'a refused login is known by its code, in the header or in the body, whatever the HTTP status',
  async (t) => {
    for (const { headers, body, code } of [
      {
        headers: {},
        body: { errorMessage: 'incorrect username or password', errorCode: 6 },
        code: 'DM_AUTHENTICATION',
      },
      { headers: { 'dm-status-code': '5' }, body: {}, code: 'DM_AUTHENTICATION' },
      { headers: { 'dm-status-code': '7', 'dm-status-message': 'no database' }, body: {}, code: 'DM_DB' },
      { headers: { 'dm-status-code': '19' }, body: {}, code: 'DM_SERVICE_LIMIT' },
    ]) {
      const { client, seen } = await rawService(t, (_request, reply) => reply.end('[]'), {
        client: { retry: { reads: 0 } },
        login: (_request, reply) => {
          sendJson(reply, body, { ...headers, 'set-cookie': 'session_id=anonymous' });
        },
      });
      await t.rejects(client.experiments.list(), { code });
      t.match(healthOf(client, 'DS'), { connected: false });
      t.equal(seen.length, 0);
    }
  },
);

await t.test('a cookie that any reply sets is taken, but not from a reply to an older session', async (t) => {
  const cookies: string[] = [];
  const { client, logins } = await rawService(t, (request, reply) => {
    cookies.push(request.headers.cookie ?? '');
    const isSlow = request.url?.includes('/daqsByStatus/') === true;
    const answer = (): void => {
      sendJson(reply, [], { 'set-cookie': isSlow ? 'session_id=late' : 'session_id=rotated' });
    };
    if (isSlow) setTimeout(answer, 200);
    else answer();
  });
  const slow = client.daqs.list();
  await until(() => cookies.length === 1);
  await client.uploads.list();
  await slow;
  await client.uploads.list();
  t.same(cookies, ['session_id=session-1', 'session_id=session-1', 'session_id=rotated']);
  t.equal(logins.count, 1);
});

await t.test('text that is not UTF-8 is read as Latin-1', async (t) => {
  const { client } = await rawService(t, (_request, reply) => {
    reply.end(Buffer.from(JSON.stringify({ id: 1, name: 'e', description: 'Müller, 5 µm' }), 'latin1'));
  });
  t.match(await client.experiments.getById(1), { description: 'Müller, 5 µm' });
});

await t.test('a kept connection that the service was just closing costs a repeat, no outage', async (t) => {
  const used = new WeakSet<Socket>();
  let cut = 0;
  const answer = (request: IncomingMessage, reply: ServerResponse): void => {
    if (used.has(request.socket)) {
      cut += 1;
      request.socket.destroy();
    } else sendJson(reply, []);
    used.add(request.socket);
  };
  const { client } = await rawService(t, answer, { client: { retry: { reads: 0 } } });
  const told: ServiceHealth[] = [];
  client.changes.on('service', (health) => told.push(health));
  await client.start();
  await until(() => cut > 20);
  t.same(
    told.filter(({ lastError }) => lastError !== null),
    [],
  );
});

await t.test('a URL may have a path, a port, a slash at its end; a user or a query in it is refused', async (t) => {
  const { client, options, seen, url } = await rawService(t, (_request, reply) => {
    sendJson(reply, []);
  });
  await client.experiments.list();
  for (const ds of [`${url}/`, `${url}/dm`, `${url}/dm/`, `${url}/proxy/aps/`, `${url}/proxy/aps/dm`]) {
    const other = new RestDataManagement({ ...options, ds });
    t.teardown(() => other.close());
    await other.experiments.list();
  }
  const path = '/dm/experimentsByStation/25IDC';
  t.same(
    seen,
    [path, path, path, path, `/proxy/aps${path}`, `/proxy/aps${path}`].map((one) => `GET ${one}`),
  );
  for (const ds of ['http://me:top-secret@127.0.0.1:1', `${url}?x=1`, `${url}#x`]) {
    t.throws(() => new RestDataManagement({ ...options, ds }), {
      code: 'DM_CONFIGURATION',
      message: /^(?!.*top-secret).*\bds: /u,
    });
  }
});

await t.test('a service that cuts no pages is asked once more, not for ever', async (t) => {
  const files = Array.from({ length: 12 }, (_, n) => ({
    fileName: `${n}`,
    experimentFilePath: `${n}`,
    experimentName: 'e',
    fileSize: 1,
  }));
  const jobs = Array.from({ length: 12 }, (_, n) => ({ ...JOB, id: String(n), status: 'done' }));
  const { client, seen } = await rawService(
    t,
    (request, reply) => {
      sendJson(reply, request.url?.includes('Jobs') === true ? jobs : files);
    },
    { client: { paging: { jobs: 10, files: 10 } } },
  );
  t.equal((await client.jobs.list('me')).length, 12);
  t.equal((await client.catalog.listFiles('e')).length, 12);
  t.equal(seen.length, 4);
  t.equal((await client.catalog.listFiles('e', { limit: 5 })).length, 5);
});

await t.test(
  'an odd entry does not hide the others: it is left out and logged, odd keys count as not told',
  async (t) => {
    const daq = { id: 'd', experimentName: 'e', dataDirectory: '/d', status: 'bewildered', countFiles: 2 };
    const stages = { '1': { command: 'true', repeatPeriod: '10', outputVariableRegexList: null } };
    const { client, log } = await rawService(t, (request, reply) => {
      const { url = '' } = request;
      if (url.includes('/daqsByStatus/'))
        sendJson(reply, [{ ...daq, runTime: 'long', endTime: null }, { status: 'running' }, 'nonsense', null]);
      else if (url.includes('/workflowsByOwner/')) sendJson(reply, [{ name: 'w', owner: 'me', stages }]);
      else
        sendJson(reply, [
          { ...JOB, workflow: { name: 'w', owner: 'me', stages } },
          { ...JOB, id: 7 },
        ]);
    });
    t.match(await client.daqs.list(), [{ id: 'd', status: 'bewildered', countFiles: 2 }]);
    t.equal((await client.workflows.list('me'))[0]?.stages['1']?.repeatPeriod, undefined);
    t.match(await client.jobs.list('me'), [{ id: 'j', workflow: { stages: { '1': { command: 'true' } } } }]);
    await client.daqs.list();
    t.equal(log.filter((line) => /left out.*listDaqs.*\b3\b/u.test(line)).length, 1, 'told once');
    t.equal(log.filter((line) => /left out.*listProcessingJobs/u.test(line)).length, 1);
  },
);
