import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import type { DaqOptions } from 'dm';
import { parseRestOptions, RestDataManagement, type RestOptionsInput } from 'dm/rest';
import { FakeDataManagement } from '../fake-data-management.js';
import { type ServedDm, serveDm, type ServeSettings } from '../served-dm.js';
import { rawService } from '../raw-service.js';
import { createTestCertificate } from '../test-certificate.js';
import { type OutcomeVectors, readOutcomeVectors } from '../wire/outcome-vectors.js';

async function serve(settings: ServeSettings = {}): Promise<ServedDm & { dm: FakeDataManagement }> {
  const dm = new FakeDataManagement();
  dm.allExperiments.push({ id: 1, name: 'e' });
  dm.allWorkflows.push({ name: 'w', owner: 'me', stages: {} });
  return Object.assign(await serveDm(dm, settings), { dm });
}

await t.test("DM's errors arrive with their codes", async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client } = served;
  await t.rejects(client.experiments.getByName('none'), {
    code: 'DM_OBJECT_NOT_FOUND',
    message: 'Experiment none does not exist.',
  });
  await client.catalog.addDataset({ experimentName: 'e', datasetName: 'd', any: { json: [1] } });
  await t.rejects(client.catalog.addDataset({ experimentName: 'e', datasetName: 'd' }), {
    code: 'DM_OBJECT_ALREADY_EXISTS',
  });
  served.server.faults.statusCode.listWorkflows = 22;
  await t.rejects(client.workflows.list('me'), { code: 'DM_TASK_TIMEOUT' });
  t.match(
    client.health().find(({ service }) => service === 'PROC'),
    { connected: true },
    'an answer is an answer',
  );
});

await t.test('reads are repeated when the service stumbles, commands never', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const { client, server } = served;
  server.faults.httpStatus = { getExperimentByName: 503, startProcessingJob: 503, startDaq: 503, upload: 503 };
  await t.rejects(client.experiments.getByName('e'), { code: 'DM_COMMUNICATION' });
  t.equal(served.count('getExperimentByName'), 3);
  await t.rejects(client.jobs.start('me', 'w', {}), { code: 'DM_COMMUNICATION' });
  await t.rejects(client.daqs.start('e', '/d'), { code: 'DM_COMMUNICATION' });
  await t.rejects(client.uploads.start('e', '/d'), { code: 'DM_COMMUNICATION' });
  for (const route of ['startProcessingJob', 'startDaq', 'upload'] as const) t.equal(served.count(route), 1, route);
});

await t.test('a service limit on a read passes with time', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  served.server.faults.statusCode.getExperimentByName = 19;
  const reading = served.client.experiments.getByName('e');
  while (served.count('getExperimentByName') === 0) await new Promise((resolve) => setImmediate(resolve));
  served.server.faults.statusCode = {};
  t.match(await reading, { name: 'e' });
});

await t.test('a command whose reply is lost ends with an unknown outcome and is not sent again', async (t) => {
  const served = await serve({ client: { timeouts: { writeMs: 1_000 } } });
  t.teardown(served.close);
  const { client, server, dm } = served;
  server.faults.loseReply.startProcessingJob = true;
  await t.rejects(client.jobs.start('me', 'w', { n: 1 }), { code: 'DM_OUTCOME_UNKNOWN', message: /check before/iu });
  t.equal(dm.allJobs.length, 1, 'DM did take it');
  server.faults.loseReply = {};
  server.faults.slowMs.startProcessingJob = 1_500;
  await t.rejects(client.jobs.start('me', 'w', { n: 2 }), { code: 'DM_OUTCOME_UNKNOWN', message: /within 1 s/u });
  while (dm.allJobs.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  t.equal(dm.allJobs.length, 2, 'DM did it in the end, once');
});

await t.test('a command to a service that is down has certainly not arrived', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  await served.stopServer();
  await t.rejects(served.client.jobs.start('me', 'w', {}), { code: 'DM_COMMUNICATION', message: /ECONNREFUSED/u });
});

await t.test('a slow list has its own, longer time limit', async (t) => {
  const served = await serve({ client: { timeouts: { readMs: 1_000, listMs: 30_000 } } });
  t.teardown(served.close);
  const { client, server } = served;
  server.faults.slowMs = { listDaqs: 1_500, getDaqInfo: 30_000 };
  t.same(await client.daqs.list(), []);
  await t.rejects(client.daqs.get('x'), { code: 'DM_TIMEOUT', message: /no reply within 1 s/u });
});

await t.test('an aborted call rejects with the reason of its signal, in the middle of a slow reply too', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const reason = new Error('enough');
  await t.rejects(served.client.daqs.list({ signal: AbortSignal.abort(reason) }), reason);
  served.server.faults.slowMs.listDaqs = 10_000;
  const controller = new AbortController();
  const listing = served.client.daqs.list({ signal: controller.signal });
  setImmediate(() => {
    controller.abort(reason);
  });
  await t.rejects(listing, reason);
});

await t.test(
  'a command that is aborted on its way ends with an unknown outcome, one that was not sent with the reason',
  async (t) => {
    const served = await serve();
    t.teardown(served.close);
    const { client, dm } = served;
    const reason = new Error('enough');
    await t.rejects(client.jobs.start('me', 'w', {}, { signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const start = dm.jobs.start.bind(dm.jobs);
    let refused = (): void => undefined;
    const isRefused = new Promise<void>((resolve) => (refused = resolve));
    dm.jobs.start = async (...args) => {
      controller.abort(reason);
      await isRefused;
      return start(...args);
    };
    await t.rejects(client.jobs.start('me', 'w', {}, { signal: controller.signal }), {
      code: 'DM_OUTCOME_UNKNOWN',
      message: /not waited for.*list of jobs/u,
    });
    refused();
    while (dm.allJobs.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    t.equal(dm.allJobs.length, 1, 'DM did it');
  },
);

await t.test(
  'a certificate of unknown origin is refused with the remedy, a pinned or unverified one is taken',
  async (t) => {
    const served = await serve();
    t.teardown(served.close);
    const make = (tls: RestOptionsInput['tls'], log: string[] = []): RestDataManagement => {
      const add = (_fields: object, message: string): void => void log.push(message);
      const logger = { debug: add, info: add, warn: add, error: add };
      const client = new RestDataManagement({ ...served.options, tls }, logger);
      t.teardown(() => client.close());
      return client;
    };
    const directory = t.testdir({ 'other.pem': (await createTestCertificate()).cert, 'empty.pem': 'nothing' });
    const other = join(directory, 'other.pem');
    for (const tls of [{}, { ca: other }]) {
      const client = make(tls);
      await t.rejects(client.experiments.list(), { code: 'DM_COMMUNICATION', message: /certificate.*tls\.ca/u });
    }
    t.equal(served.count('getExperimentsByStation'), 0);
    t.equal((await make(served.options.tls).experiments.list()).length, 1);
    const log: string[] = [];
    t.equal((await make({ verify: false }, log).experiments.list()).length, 1);
    t.match(log.join(), /not verified/u);
    for (const ca of ['/nowhere.pem', join(directory, 'empty.pem'), directory]) {
      t.throws(() => make({ ca }), { code: 'DM_CONFIGURATION', message: new RegExp(`${ca}.*tls\\.ca`, 'u') });
    }
  },
);

await t.test('a trusted certificate for another host, or of another time, is refused with what to do', async (t) => {
  const yesterday = new Date(Date.now() - 86_400_000);
  const tomorrow = new Date(Date.now() + 86_400_000);
  for (const { certificate, message } of [
    { certificate: await createTestCertificate('127.0.0.9'), message: /ALTNAME_INVALID.*host name/u },
    {
      certificate: await createTestCertificate('127.0.0.1', { notBeforeDate: new Date(0), notAfterDate: yesterday }),
      message: /CERT_HAS_EXPIRED.*renewed/u,
    },
    {
      certificate: await createTestCertificate('127.0.0.1', { notBeforeDate: tomorrow }),
      message: /CERT_NOT_YET_VALID.*clock/u,
    },
  ]) {
    const served = await serve({ server: { tls: certificate } });
    t.teardown(served.close);
    const client = new RestDataManagement({
      ...served.options,
      tls: { ca: join(t.testdir({ 'ca.pem': certificate.cert }), 'ca.pem') },
    });
    t.teardown(() => client.close());
    await t.rejects(client.experiments.list(), { code: 'DM_COMMUNICATION', message });
    t.equal(served.calls.length, 0, 'not even a login was sent');
    t.match(client.health()[0], { connected: false, lastError: message });
  }
});

await t.test('the address in a URL may be one of IPv6', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  t.equal(parseRestOptions({ ...served.options, ds: 'https://[::1]:22236/dm/' }).ds, 'https://[::1]:22236');
});

await t.test('an unconfirmed path that DM does not know is told with where to set it, and can be set', async (t) => {
  const routes = { stopDaq: 'PUT /daqs/stop?name={E(experimentName)}&dir={E(dataDirectory)}' };
  const served = await serve({ server: { routes } });
  t.teardown(served.close);
  const { client, options } = served;
  await client.daqs.start('e', '/d');
  await t.rejects(client.daqs.stop('e', '/d'), { code: 'DM_URL', message: /stopDaq.*not confirmed.*routes/u });
  const own = new RestDataManagement({ ...options, routes });
  t.teardown(() => own.close());
  t.equal((await own.daqs.stop('e', '/d')).status, 'done');
});

await t.test('wrong options are refused with the name of each', (t) => {
  const options = { ds: 'nonsense', daq: [], cat: 'http://h', proc: 'http://h', station: '', loginFile: 'x', extra: 1 };
  t.throws(() => new RestDataManagement(options), {
    code: 'DM_CONFIGURATION',
    message: /ds: .*daq: .*station: .*extra/u,
  });
  t.end();
});

await t.test('an odd reply is an error that names the call; of a command, its outcome is unknown', async (t) => {
  const http = createServer((request, response) => {
    response.setHeader('set-cookie', 'session_id=1');
    if (request.url?.startsWith('/dm/experimentsById/2') === true) response.end('<html>');
    else response.end('{"odd": true}');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const served = await serve();
  t.teardown(served.close);
  const client = new RestDataManagement({ ...served.options, ds: url, daq: url, cat: url, proc: url });
  t.teardown(async () => {
    await client.close();
    http.close();
  });
  await t.rejects(client.experiments.getById(1), { code: 'DM_INTERNAL', message: /getExperimentById.*\bid\b/u });
  await t.rejects(client.experiments.getById(2), { code: 'DM_INTERNAL', message: /not JSON/u });
  await t.rejects(client.uploads.start('e', '/d'), { code: 'DM_OUTCOME_UNKNOWN', message: /upload/u });
});

await t.test('the client sends every captured request as captured, and understands its reply', async (t) => {
  const calls = JSON.parse(await readFile('test/unit/dm/wire/vectors/calls.json', 'utf8')) as {
    route: string;
    method: string;
    path: string;
    response: unknown;
    parameters: Record<string, string>;
  }[];
  const seen: string[] = [];
  let response: unknown;
  const http = createServer((request, reply) => {
    if (request.url === '/dm/login') {
      reply.setHeader('set-cookie', 'session_id=abc; expires=Fri, 10 Jul 2026 10:00:00 GMT; Path=/').end();
      return;
    }
    t.equal(request.headers.cookie, 'session_id=abc; expires=Fri, 10 Jul 2026 10:00:00 GMT; Path=/');
    t.equal(request.headers['content-type'], 'html');
    t.equal(request.headers['content-length'] ?? '0', '0');
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    const isDaqList = request.url?.startsWith('/dm/daqsByStatus/') === true;
    reply.setHeader('content-type', 'application/json').end(isDaqList ? '[]' : JSON.stringify(response));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const served = await serve();
  t.teardown(served.close);
  const everywhere = { ds: url, daq: url, cat: url, proc: url, apsDb: url };
  const options = { ...served.options, ...everywhere, station: '25IDC' };
  const client = new RestDataManagement({ ...options, beamline: '25-ID-C' });
  const withoutBeamline = new RestDataManagement(options);
  t.teardown(async () => {
    await Promise.all([client.close(), withoutBeamline.close()]);
    http.close();
  });
  const { apsDb, experiments, jobs, workflows } = client;
  const run: Record<string, (p: never) => Promise<unknown>> = {
    getExperimentsByStation: () => experiments.list(),
    getExperimentById: ({ id }: { id: number }) => experiments.getById(id),
    getExperimentByName: (p: { experimentName: string }) => experiments.getByName(p.experimentName),
    listWorkflows: (p: { owner: string }) => workflows.list(p.owner),
    getWorkflowByName: (p: { owner: string; name: string }) => workflows.get(p.owner, p.name),
    addWorkflow: (p: { workflow: never }) => workflows.add(p.workflow),
    updateWorkflow: (p: { workflow: never }) => workflows.update(p.workflow),
    startDaq: (p: { experimentName: string; dataDirectory: string; taskInfo: DaqOptions }) =>
      client.daqs.start(p.experimentName, p.dataDirectory, p.taskInfo),
    startProcessingJob: (p: { owner: string; name: string; argsDict: object }) =>
      jobs.start(p.owner, p.name, { ...p.argsDict }),
    listProcessingJobs: (p: { owner: string }) => jobs.list(p.owner),
    getProcessingJobById: (p: { owner: string; id: string }) => jobs.get(p.owner, p.id),
    listStationEsafs: async (p: { beamlineName: string; year: number }) =>
      (p.beamlineName === '' ? withoutBeamline.apsDb : apsDb)?.listStationEsafs(p.year),
    getStationEsafById: async (p: { id: number }) => apsDb?.getStationEsafById(p.id),
    listStationProposals: async (p: { runName: string }) => apsDb?.listStationProposals(p.runName),
    getStationProposalById: async (p: { id: number; runName: string }) =>
      apsDb?.getStationProposalById(p.id, p.runName),
  };
  for (const call of calls) {
    ({ response } = call);
    t.match(await run[call.route]?.(call.parameters as never), call.response, call.route);
    t.equal(seen.pop(), `${call.method} ${call.path}`);
  }
});

await t.test('the client logs in as captured, and understands every captured outcome', async (t) => {
  const { session, outcomes } = await readOutcomeVectors();
  let login = '';
  let refuse = true;
  let outcome: OutcomeVectors['outcomes'][number] | undefined;
  const { client, options, logins } = await rawService(
    t,
    (request, reply) => {
      const { httpStatus, headers } = refuse ? session.refused : (outcome ?? session.refused);
      t.equal(request.headers.cookie, session.setCookie, 'the whole value goes back');
      reply.writeHead(httpStatus, headers).end(refuse || outcome?.body === null ? '' : JSON.stringify(outcome?.body));
      refuse = false;
    },
    {
      login: (request, reply) => {
        t.equal(request.headers['content-type'], 'application/x-www-form-urlencoded');
        request.setEncoding('utf8').on('data', (text: string) => (login += text));
        request.on('end', () => reply.setHeader('set-cookie', session.setCookie).end());
      },
      client: { retry: { reads: 0 } },
    },
  );
  await writeFile(options.loginFile, `${session.form.username}|${session.form.password}\n`);
  for (outcome of outcomes) {
    const { what, code, statusCode, body } = outcome;
    const call = client.jobs.get('s25idcuser', 'b7c0b0f1-3a55-4d0e-9a8e-0a6f5f1f5a11');
    if (code === null) t.match(await call, body, what);
    else await t.rejects(call, { code, statusCode }, what);
  }
  t.equal(login, `${session.body}${session.body}`);
  t.equal(logins.count, 2, 'the first, and one for the session that was refused');
});

await t.test('many calls at once, under one signal and before the first login, are no leak of listeners', async (t) => {
  const served = await serve();
  t.teardown(served.close);
  const warnings: Error[] = [];
  const listen = (warning: Error): void => void warnings.push(warning);
  process.on('warning', listen);
  t.teardown(() => process.off('warning', listen));
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 20 }, () => served.client.experiments.getByName('e', { signal })));
  await Promise.all(Array.from({ length: 20 }, () => served.client.experiments.getByName('e')));
  await new Promise((resolve) => setImmediate(resolve));
  t.same(warnings, []);
});
