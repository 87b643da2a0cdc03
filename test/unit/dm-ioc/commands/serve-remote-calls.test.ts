import { findIn } from 'dm-ioc/internal/slots/kind-service';
import { startGates } from 'dm-ioc/internal/commands/start-gate';
import { serveRemoteCalls } from 'dm-ioc/internal/commands/serve-remote-calls';
import type { Caller } from 'dm-ioc/internal/commands/caller';
import { PvaClient, PvaServer } from 'epics-pva-ts';
import { pino } from 'pino';
import t from 'tap';
import { PATIENCE_MS } from '../../../patience.js';
import { FakeDataManagement } from '../../dm/fake-data-management.js';
import { AREAS, emptyStore } from '../empty-store.js';
import { jobs } from '../typed-kinds.js';

const server = PvaServer.isolated();
const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
t.teardown(() => {
  client.close();
  server.close();
});
const dm = new FakeDataManagement();
const store = emptyStore(dm.owner);
let isTrusted = true;
const callers: Caller[] = [];
serveRemoteCalls({
  server,
  prefix: 'dm:',
  calls: AREAS.flatMap((area) => area.calls ?? []),
  dm,
  store,
  gates: startGates(),
  log: pino({ enabled: false }),
  service: findIn([]),
  mayWrite: (caller) => {
    callers.push(caller);
    return Promise.resolve(isTrusted);
  },
});

interface Answer {
  readonly id: string;
  readonly status: string;
  readonly json: string;
}

function call(name: string, args: Readonly<Record<string, string | number>> = {}): Promise<Answer> {
  return client.rpc(`dm:rpc:${name}`, args).then(({ fields }) => fields as unknown as Answer);
}

await t.test('every call is served under its name', (t) => {
  t.same(
    [...server.names].sort(),
    [
      ...['addDataset', 'addExperiment', 'getJob', 'getUpload', 'listDaqs', 'listJobs', 'sendCommand', 'startDaq'],
      ...['startWorkflow', 'stopDaq', 'stopUpload', 'stopWorkflow', 'upload'],
    ].map((name) => `dm:rpc:${name}`),
  );
  t.end();
});

await t.test('a call answers with its object as JSON, and the state learns of it', async (t) => {
  await dm.workflows.add({ name: 'w', owner: dm.owner, stages: { a: { command: 'true' } } });
  const started = await call('startWorkflow', { workflow: 'w', args: '{"filePath": "/dev/null", "n": 3}' });
  t.match(JSON.parse(started.json), { id: started.id, status: 'pending', filePath: '/dev/null', n: 3 });
  t.ok(jobs.objectsOf(store.state).has(started.id));
  t.equal((await call('getJob', { id: started.id })).id, started.id);
  const stopped = await call('stopWorkflow', { id: started.id });
  t.equal(stopped.status, 'aborting');
  t.equal(jobs.objectsOf(store.state).get(started.id)?.status, 'aborting');
  t.match(await call('listJobs', { active: 'true', limit: 5 }), { count: 1, id: [started.id] });
});

await t.test('a result has its declared types, whatever a call finds', async (t) => {
  const types = async (owner: string): Promise<unknown> => {
    const { fields } = await client.rpc('dm:rpc:listJobs', { owner });
    t.ok(Array.isArray(fields['id']) && typeof fields['count'] === 'number');
    return (await client.rpc('dm:rpc:listJobs', { owner })).type;
  };
  t.same(await types('nobody'), await types(dm.owner));
  t.match(await types('nobody'), {
    members: [
      { name: 'count', code: 'int32' },
      { name: 'id', code: 'string[]' },
      { name: 'status', code: 'string[]' },
      { name: 'json', code: 'string' },
    ],
  });
});

await t.test(
  'arguments are taken exactly or refused: digits, blanks, control characters, what JSON has not',
  async (t) => {
    for (const limit of ['', '0x10', '1e2', '5.5', ' 5', -1]) await t.rejects(call('listJobs', { limit }), /limit/u);
    t.ok(await call('listJobs', { limit: '5', owner: ` ${dm.owner} ` }));
    await t.rejects(call('getJob', { id: 'a\tb' }), /id: must not contain a tab/u);
    await t.rejects(
      call('startDaq', { dataDirectory: '/a\n', experiment: 'demo' }),
      /dataDirectory: must not contain a line/u,
    );
    for (const [args, reason] of [
      ['{"a": 1, "a": 2}', /Duplicate key 'a'/u],
      ['{"a": "\\u0000"}', /NUL/u],
      ['[1]', /not a JSON object/u],
    ] as const) {
      await t.rejects(call('startWorkflow', { workflow: 'w', args }), reason);
    }
    await t.rejects(client.rpc('dm:rpc:startWorkflow', { workflow: 'w', args: { a: [NaN] } }), /args: NaN/u);
    const given = { a: -0, n: 1790000000123456789n, list: Int16Array.of(1, 2), deep: { f: Float64Array.of(0.5) } };
    const { fields } = await client.rpc('dm:rpc:startWorkflow', { workflow: 'w', args: given });
    t.match(fields['json'], /"a":-0\.0,"n":1790000000123456789,"list":\[1,2\],"deep":\{"f":\[0\.5\]\}/u);
  },
);

await t.test('an error repeats no long argument, and no dump of a schema', async (t) => {
  const long = 'x'.repeat(1_000_000);
  const argumentsOf: [string, Record<string, string>][] = [
    ['getJob', { id: long }],
    ['getJob', { [long]: 'x' }],
    ['startWorkflow', { workflow: 'w', args: `{"a": ${long}}` }],
    ['addExperiment', { name: long }],
    ['upload', { dataDirectory: '/data', experiment: 'demo', options: '{"processingMode": "all"}' }],
  ];
  for (const [name, args] of argumentsOf) {
    const error = await call(name, args).catch((reason: unknown) => reason as Error);
    const { message } = error as Error;
    t.ok(message.length < 2500, `${name}: ${message.slice(0, 80)}`);
    t.notMatch(message, /"path"|\n/u);
  }
});

await t.test('an error answers with its code and message', async (t) => {
  await t.rejects(call('startWorkflow', { workflow: 'nothing' }), {
    code: 'PVA_REMOTE',
    remoteCode: 'DM_OBJECT_NOT_FOUND',
    message: /nothing/u,
  });
  await t.rejects(call('startDaq', { dataDirectory: '/data' }), {
    code: 'PVA_REMOTE',
    remoteCode: 'EXPERIMENT_NOT_SELECTED',
  });
  await t.rejects(call('getJob'), { code: 'PVA_REMOTE', message: /id/u }, 'a missing argument is named');
  await t.rejects(call('getJob', { id: 'x', ID: 'x' }), { message: /ID/u }, 'an unknown argument is named');
  await t.rejects(call('startWorkflow', { workflow: 'w', args: '{x' }), { message: /args.*not JSON/u });
  await t.rejects(call('startWorkflow', { workflow: 'w', args: '[1]' }), {
    message: /args.*write \{"name": "value"\}/u,
  });
  await t.rejects(call('listJobs', { limit: 0 }), { message: /limit/u });
});

await t.test('a wrong option of DM is named in a sentence, not shown as the schema sees it', async (t) => {
  const given = { dataDirectory: '/data', experiment: 'e' };
  await t.rejects(call('startDaq', { ...given, options: '{"maxRunTimeInHours": "long"}' }), {
    remoteCode: 'DM_INVALID_ARGUMENT',
    message: /DAQ option maxRunTimeInHours is not valid: [^[{]*number/u,
  });
  await t.rejects(call('upload', { ...given, options: '{"processingMode": "slow"}' }), {
    remoteCode: 'DM_INVALID_ARGUMENT',
    message: /Upload option processingMode is not valid: [^[{]*"files"\|"directory"/u,
  });
});

await t.test(
  'a transfer is started and stopped for the experiment that is named, or else the selected one',
  async (t) => {
    await dm.experiments.add({ name: 'demo' });
    const daq = await call('startDaq', { dataDirectory: '/data', experiment: 'demo' });
    t.match(JSON.parse(daq.json), { experimentName: 'demo', dataDirectory: '/data' });
    store.dispatch({ type: 'experimentSelected', experiment: await dm.experiments.getByName('demo') });
    const upload = await call('upload', { dataDirectory: '/data', options: '{"processingMode": "directory"}' });
    t.match(JSON.parse(upload.json), { experimentName: 'demo', processingMode: 'directory' });
    t.equal((await call('stopUpload', { id: upload.id })).status, 'aborted');
    t.match(await call('getUpload', { id: upload.id }), { status: 'aborted', experiment: 'demo' });
    await t.rejects(call('getUpload', { id: 'none' }), { message: /none does not exist/u });
    t.match(JSON.parse((await call('listDaqs')).json), [{ id: daq.id, experimentName: 'demo', status: 'running' }]);
    t.equal((await call('stopDaq', { dataDirectory: '/data' })).status, 'done');
    await t.rejects(call('upload', { dataDirectory: '/data', options: '{"processingMode": "all"}' }), {
      message: /processingMode/u,
    });
  },
);

await t.test('a dataset and an experiment are added once', async (t) => {
  t.match(await call('addDataset', { name: 'run1', experiment: 'demo', metadata: '{"a": [1]}' }), {
    json: '{"a":[1],"experimentName":"demo","datasetName":"run1"}',
  });
  await t.rejects(call('addDataset', { name: 'run1', experiment: 'demo' }), {
    code: 'PVA_REMOTE',
    remoteCode: 'DM_OBJECT_ALREADY_EXISTS',
  });
  t.match(await call('addExperiment', { name: 'new', users: 'd1, d2' }), { dataDirectory: '/dm/new/data' });
  t.same(store.state.experiments.get('new')?.experimentUsernameList, ['d1', 'd2']);
});

await t.test('a call that changes something is for those whom access security lets write', async (t) => {
  isTrusted = false;
  await t.rejects(call('addExperiment', { name: 'secret' }), { code: 'PVA_REMOTE', remoteCode: 'ACCESS_DENIED' });
  t.notOk(dm.allExperiments.some(({ name }) => name === 'secret'));
  // A client of pvxs before 1.5.3 names no account.
  t.match(callers.at(-1), { user: String, host: '127.0.0.1' });
  const asked = callers.length;
  t.ok(await call('listJobs'), 'everybody may read');
  t.equal(callers.length, asked, 'and nobody is asked about it');
  isTrusted = true;
});
