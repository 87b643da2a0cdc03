import { findIn } from 'dm-ioc/internal/slots/kind-service';
import { DmCommunicationError, DmInvalidArgumentError, SERVICE_NAMES } from 'dm';
import type { RecordUpdate } from 'node-epics-ca';
import { pino } from 'pino';
import t from 'tap';
import { keepSelection } from 'dm-ioc/internal/areas/experiment/restore-selection';
import { startGates } from 'dm-ioc/internal/commands/start-gate';
import { bindRecords } from 'dm-ioc/internal/pvs/bind-records';
import { Publisher } from 'dm-ioc/internal/pvs/publisher';
import { PutHandler } from 'dm-ioc/internal/pvs/put-handler';
import { STATUS_LABELS } from 'dm-ioc/internal/state/status-labels';
import { FakeDataManagement } from '../../dm/fake-data-management.js';
import { deviceRecord } from '../device-record.js';
import { AREAS, emptyStore } from '../empty-store.js';
import { daqs, uploads, jobs } from '../typed-kinds.js';

const RECORDS = [
  deviceRecord(0, 'Experiment', 'lso', 'experiment.name'),
  deviceRecord(1, 'Experiment_RBV', 'lsi', 'experiment.selected'),
  deviceRecord(2, 'Workflow', 'lso', 'workflow[1].workflow'),
  deviceRecord(3, 'Args', 'lso', 'workflow[1].args'),
  deviceRecord(4, 'Start', 'busy', 'workflow[1].start'),
  deviceRecord(5, 'Run', 'busy', 'workflow[1].run'),
  deviceRecord(6, 'Status', 'mbbi', 'workflow[1].status', STATUS_LABELS),
  deviceRecord(7, 'Message', 'lso', 'service.message'),
  deviceRecord(8, 'FilePath', 'lso', 'workflow[1].filePath'),
  { ...deviceRecord(9, 'Mode', 'mbbo', 'upload[1].mode', ['Files', 'Directory']), maxLength: 1 },
  deviceRecord(10, 'WF1:Timeout', 'ao', 'workflow[1].timeout'),
  deviceRecord(11, 'Upload1:FilePath', 'lso', 'upload[1].filePath'),
  deviceRecord(12, 'Upload1:DataDirectory', 'lso', 'upload[1].dataDirectory'),
  deviceRecord(13, 'Upload1:Start', 'busy', 'upload[1].start'),
  deviceRecord(14, 'Abort', 'busy', 'workflow[1].abort'),
  deviceRecord(15, 'ErrorMessage', 'lsi', 'workflow[1].errorMessage'),
  deviceRecord(16, 'JobId', 'stringin', 'workflow[1].jobId'),
  deviceRecord(17, 'Upload1:Status', 'mbbi', 'upload[1].status', STATUS_LABELS),
  deviceRecord(18, 'Upload1:ErrorMessage', 'lsi', 'upload[1].errorMessage'),
  deviceRecord(19, 'DAQ1:Start', 'busy', 'daq[1].start'),
  deviceRecord(20, 'DAQ1:Status', 'mbbi', 'daq[1].status', STATUS_LABELS),
  deviceRecord(21, 'DAQ1:ErrorMessage', 'lsi', 'daq[1].errorMessage'),
  deviceRecord(22, 'Dataset:Upload', 'busy', 'dataset.upload'),
  deviceRecord(23, 'Dataset:Status', 'mbbi', 'dataset.status', STATUS_LABELS),
  deviceRecord(24, 'Upload1:Run', 'busy', 'upload[1].run'),
] as const;

function setUp() {
  const dm = new FakeDataManagement();
  const posts: RecordUpdate[][] = [];
  const store = emptyStore(dm.owner);
  for (const service of SERVICE_NAMES) {
    store.dispatch({ type: 'health', health: { service, connected: true, lastContactMs: 1, lastError: null } });
  }
  const bindings = bindRecords(RECORDS, AREAS);
  const port = { post: (updates: readonly RecordUpdate[]) => posts.push([...updates]) };
  const publisher = new Publisher(port, store, bindings, (error) => {
    throw error;
  });
  publisher.start();
  dm.changes.on('job', (job) => {
    store.dispatch({ type: 'objects', kind: 'workflow', objects: [job] });
  });
  const closing = new AbortController();
  const saved: string[] = [];
  const handler = new PutHandler({
    dm,
    store,
    publisher,
    bindings,
    gates: startGates(),
    log: pino({ enabled: false }),
    service: findIn([]),
    closing: closing.signal,
    flush: () => {
      publisher.flush();
    },
    save: () => {
      const { id, inputs } = jobs.slotOf(store.state, 1);
      saved.push(`${inputs.workflow} ${id}`);
      return Promise.resolve();
    },
  });
  const putAs = (isShortString: boolean, index: number, value: string | number, signal: AbortSignal): Promise<void> =>
    handler.handle({ record: RECORDS[index] ?? RECORDS[0], value, isShortString, user: 'me', host: 'here', signal });
  const put = (index: number, value: string | number, signal = new AbortController().signal): Promise<void> =>
    putAs(false, index, value, signal);
  const putString = (index: number, value: string): Promise<void> =>
    putAs(true, index, value, new AbortController().signal);
  const last = (name: string): RecordUpdate | undefined =>
    posts
      .flat()
      .filter((update) => update.record.name === name)
      .at(-1);
  return { dm, store, posts, publisher, put, putString, last, closing, saved };
}

await t.test('everything is published once at the start: commands are idle, the rest follows in one batch', (t) => {
  const { posts } = setUp();
  t.equal(posts.length, 2);
  t.same(
    posts[0]?.map(({ record: { name }, value }) => [name, value]),
    [
      ['Start', 0],
      ['Run', 0],
      ...['Upload1:Start', 'Abort', 'DAQ1:Start', 'Dataset:Upload', 'Upload1:Run'].map((name) => [name, 0]),
    ],
  );
  t.same(
    posts[1]?.map((update) => update.record.name).sort(),
    RECORDS.filter(({ type }) => type !== 'busy')
      .map(({ name }) => name)
      .sort(),
  );
  t.end();
});

await t.test('a put to Experiment selects what DM confirms, and its outcome is posted before the answer', async (t) => {
  const { dm, put, last, store } = setUp();
  await dm.experiments.add({ name: 'demo' });
  await put(0, 'demo');
  t.equal(last('Experiment_RBV')?.value, 'demo');
  t.equal(last('Experiment')?.value, '', 'what the client put is not posted back');
  await t.rejects(put(0, 'other'), { code: 'DM_FAILED', severity: 'INVALID' });
  t.equal(last('Experiment_RBV')?.value, '', 'nothing is selected then: no data may go to the wrong experiment');
  t.match(last('Message'), { severity: 'INVALID', value: /^Experiment: / });
  t.equal(store.state.experiment.selected, null);
});

await t.test(
  'a text that a string of EPICS may have cut is refused for every text, and the command after it',
  async (t) => {
    const { put, putString, last, store } = setUp();
    for (const index of [0, 2, 3, 8, 11, 12]) {
      await t.rejects(putString(index, 'x'.repeat(39)), {
        code: 'SETPOINT_INVALID',
        severity: 'INVALID',
        message: new RegExp(`^maybe cut to 39 characters: caput -S ${RECORDS[index]?.name ?? ''}\\.VAL\\$`, 'u'),
      });
    }
    t.equal(last('Upload1:DataDirectory')?.value, '', 'and is not shown');
    await t.rejects(put(13, 1), { message: /maybe cut/u });
    await putString(12, 'x'.repeat(38));
    await put(12, 'y'.repeat(39));
    t.equal(uploads.slotOf(store.state, 1).inputs.dataDirectory, 'y'.repeat(39), 'characters are whole');
    await t.rejects(putString(12, 'é'.repeat(19) + 'e'), { message: /maybe cut/u }, 'bytes count');
  },
);

await t.test('a name is shown as it is used, and a path is used as it is shown', async (t) => {
  const { dm, put, last, publisher, store } = setUp();
  await dm.experiments.add({ name: 'demo' });
  await put(0, ' demo  ');
  t.equal(last('Experiment')?.value, 'demo');
  t.equal(last('Experiment_RBV')?.value, 'demo');
  await put(11, ' lead.dat');
  publisher.flush();
  t.equal(last('Upload1:FilePath')?.value, '', 'the record holds what was put');
  t.equal(uploads.slotOf(store.state, 1).inputs.filePath, ' lead.dat');
});

await t.test('a command is refused while a setpoint that it needs was refused', async (t) => {
  const { put, dm } = setUp();
  await put(2, 'w');
  await t.rejects(put(3, '{not json'), { code: 'SETPOINT_INVALID' });
  await t.rejects(put(4, 1), { code: 'SETPOINT_INVALID', message: /^Args: not JSON/u });
  t.equal(dm.allJobs.length, 0, 'no job');
});

await t.test('a start without a workflow, with an unknown one, or in a busy slot is refused', async (t) => {
  const { put, dm } = setUp();
  await t.rejects(put(4, 1), { code: 'SETPOINT_MISSING' });
  await put(2, 'w');
  await t.rejects(put(4, 1), { code: 'DM_FAILED', severity: 'INVALID' });
  await dm.workflows.add({ name: 'w', owner: dm.owner, stages: { a: { command: 'true' } } });
  await Promise.allSettled([put(4, 1), put(5, 1, AbortSignal.timeout(50))]);
  t.equal(dm.allJobs.length, 1, 'two puts at once start one job');
  await t.rejects(put(4, 1), { code: 'SLOT_BUSY' });
});

/** A workflow of the experiment `demo`, ready to start with a file of it. */
async function setUpWithInput() {
  const { put, dm } = setUp();
  await dm.experiments.add({ name: 'demo' });
  await dm.workflows.add({ name: 'w', owner: dm.owner, stages: { a: { command: 'true' } } });
  await put(0, 'demo');
  await put(2, 'w');
  await put(8, 'run1/a.h5');
  return { put, dm };
}

await t.test('a path within the experiment reaches the workflow whole', async (t) => {
  const { put, dm } = await setUpWithInput();
  await put(4, 1);
  t.match(dm.allJobs[0], { experimentName: 'demo', filePath: '/dm/demo/data/run1/a.h5' });
});

await t.test('two inputs of a workflow that differ are refused: neither is left out silently', async (t) => {
  const { put, dm } = await setUpWithInput();
  await put(3, '{"filePath": "run1/b.h5"}');
  await t.rejects(put(4, 1), { code: 'SETPOINT_INVALID', message: /^FilePath and Args/u });
  t.same(dm.allJobs, []);
  await put(8, '');
  await put(4, 1);
  t.match(dm.allJobs[0], { filePath: 'run1/b.h5' });
});

await t.test(
  'an unreachable DM is no refusal: what was selected stays, and a new name is used once DM has confirmed it',
  async (t) => {
    const { put, dm, store } = setUp();
    for (const name of ['demo', 'next']) await dm.experiments.add({ name });
    await dm.workflows.add({ name: 'w', owner: dm.owner, stages: { a: { command: 'true' } } });
    await put(0, 'demo');
    await put(2, 'w');
    const getByName = dm.experiments.getByName.bind(dm.experiments);
    dm.experiments.getByName = () => Promise.reject(new DmCommunicationError('down'));
    await t.rejects(put(0, 'demo'), { code: 'DM_FAILED', message: 'down' });
    t.equal(store.state.experiment.selected?.name, 'demo', 'the same name keeps its selection');
    await put(4, 1);
    t.match(dm.allJobs, [{ experimentName: 'demo' }], 'and a job starts');
    await t.rejects(put(0, 'next'), { code: 'DM_FAILED' });
    t.equal(store.state.experiment.selected, null, 'another name is not selected');
    store.dispatch({ type: 'slotCleared', kind: 'workflow', slot: 1 });
    await t.rejects(put(4, 1), { code: 'EXPERIMENT_NOT_SELECTED', message: /^next is not confirmed by DM/u });
    const closing = new AbortController();
    let isHeld = true;
    const confirmed = new Promise<void>((resolve) => {
      dm.experiments.getByName = (...args) =>
        isHeld ? Promise.reject(new DmCommunicationError('down')) : getByName(...args);
      void keepSelection(dm, store, pino({ enabled: false }), closing.signal, () => {
        resolve();
      });
    });
    await new Promise((resolve) => setImmediate(resolve));
    isHeld = false;
    store.dispatch({ type: 'health', health: { service: 'DS', connected: true, lastContactMs: 2, lastError: null } });
    await confirmed;
    closing.abort();
    t.equal(store.state.experiment.selected?.name, 'next');
    await put(4, 1);
    t.match(dm.allJobs[1], { experimentName: 'next' });
  },
);

await t.test(
  'what a record cut, what is not UTF-8 and NaN are refused, and the last good value is served again',
  async (t) => {
    const { put, last, store } = setUp();
    const good = 'é'.repeat(127);
    await put(8, good);
    t.equal(jobs.slotOf(store.state, 1).inputs.filePath, good, '254 bytes fit in 256');
    for (const [text, reason] of [
      ['x'.repeat(255), 'text too long, at most 254 bytes'],
      ['é'.repeat(127) + '\uFFFD', 'text too long, at most 254 bytes'],
      ['/tmp/\uFFFD.dat', 'text is not UTF-8'],
    ] as const) {
      await t.rejects(put(8, text), { code: 'SETPOINT_INVALID', message: reason });
      t.match(last('FilePath'), { value: good, severity: undefined }, 'its alarm stays');
      await t.rejects(put(4, 1), { code: 'SETPOINT_INVALID', message: `FilePath: ${reason}` });
    }
    await t.rejects(put(10, NaN), { code: 'SETPOINT_INVALID', message: 'not a number: NaN' });
    t.equal(last('WF1:Timeout')?.value, 0);
    await put(9, 1);
    t.equal(uploads.slotOf(store.state, 1).inputs.mode, 'Directory', 'a choice has no length');
    await t.rejects(
      put(3, `{"a": "${'x'.repeat(300)}`),
      { message: /^text too long/u },
      'cut JSON is not called bad JSON',
    );
  },
);

await t.test('what was put, and the id of what was started, is saved before the put is answered', async (t) => {
  const { put, dm, saved } = setUp();
  await dm.workflows.add({ name: 'w', owner: dm.owner, stages: { a: { command: 'true' } } });
  await put(2, 'w');
  t.same(saved, ['w ']);
  await put(4, 1);
  t.equal(saved[1], `w ${dm.allJobs[0]?.id ?? ''}`);
});

await t.test("DM's complaint about an option names the PV, and the alarm message is its first line", async (t) => {
  const { put, dm, store } = setUp();
  await dm.experiments.add({ name: 'demo' });
  await put(0, 'demo');
  await put(12, '/data');
  dm.uploads.start = () => Promise.reject(new DmInvalidArgumentError('experimentFilePath "/x" is absolute.\nmore'));
  await t.rejects(put(13, 1), { code: 'DM_FAILED', message: /^FilePath "\/x" is absolute\.$/u });
  t.match(uploads.slotOf(store.state, 1).commandError, /more$/u, 'the slot has all of it');
});

const statusOf = (update: RecordUpdate | undefined): string | undefined => STATUS_LABELS[Number(update?.value)];

await t.test(
  'an Abort ends the start that is under way, and no start that was put before it comes after it',
  async (t) => {
    const { put, dm, store } = setUp();
    await put(2, 'w');
    await dm.workflows.add({ name: 'w', owner: dm.owner, stages: { a: { command: 'true' } } });
    const engine = { ...dm.jobs };
    let goOn: () => void = () => undefined;
    dm.jobs.start = async (...args) => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return engine.start(...args);
    };
    dm.jobs.stop = async (...args) => {
      const job = { ...(await engine.stop(...args)), status: 'aborted' };
      dm.allJobs.splice(0, 1, job);
      return job;
    };
    const run = put(5, 1);
    const abort = put(14, 1);
    const second = put(4, 1);
    await t.rejects(second, { code: 'ABORT_UNDER_WAY', severity: 'INVALID' });
    goOn();
    await t.rejects(run, { code: 'JOB_ABORTED' });
    await t.rejects(put(5, 1), { code: 'ABORT_UNDER_WAY' }, 'one that the server had held back');
    await abort;
    t.match(dm.allJobs, [{ status: 'aborted' }], 'one job, and it has ended');
    t.equal(jobs.slotOf(store.state, 1).object?.status, 'aborted', 'the slot still shows it');
  },
);

await t.test('a refused start leaves nothing of what the slot held before beside its reason', async (t) => {
  const { put, dm, store, last } = setUp();
  await dm.workflows.add({ name: 'w', owner: dm.owner, stages: { a: { command: 'true' } } });
  await put(2, 'w');
  await put(4, 1);
  store.dispatch(jobs.told({ ...dm.allJobs[0], id: dm.allJobs[0]?.id ?? '', owner: dm.owner, status: 'done' }));
  await put(2, 'gone');
  await t.rejects(put(4, 1), { code: 'DM_FAILED' });
  t.equal(statusOf(last('Status')), 'Idle');
  t.equal(last('JobId')?.value, '');
  t.match(last('ErrorMessage')?.value, /gone does not exist/u);

  const transfer = {
    experimentName: 'demo',
    dataDirectory: '/d',
    countFiles: 1,
    nProcessedFiles: 1,
    nProcessingErrors: 0,
  };
  store.dispatch(uploads.taken(1, { id: 'u', status: 'done', ...transfer }));
  store.dispatch(daqs.taken(1, { id: 'd', status: 'done', ...transfer }));
  store.dispatch({ type: 'datasetStatus', status: 'done', error: '' });
  for (const [index, name] of [
    [13, 'Upload1'],
    [19, 'DAQ1'],
  ] as const) {
    await t.rejects(put(index, 1), { code: 'EXPERIMENT_NOT_SELECTED' });
    t.equal(statusOf(last(`${name}:Status`)), 'Idle');
    t.match(last(`${name}:ErrorMessage`)?.value, /^no experiment/u);
  }
  await t.rejects(put(22, 1), { code: 'EXPERIMENT_NOT_SELECTED' });
  t.equal(statusOf(last('Dataset:Status')), 'Failed');

  store.dispatch(daqs.taken(1, { id: 'd', status: 'running', ...transfer }));
  await t.rejects(put(19, 1), { code: 'EXPERIMENT_NOT_SELECTED' });
  t.equal(statusOf(last('DAQ1:Status')), 'Running', 'what goes on is still shown');
});

await t.test('an alarm says what it is about: the state, a service that is away, or a put that failed', async (t) => {
  const { put, dm, store, last } = setUp();
  await dm.experiments.add({ name: 'demo' });
  store.dispatch(jobs.taken(1, { id: 'j', owner: 'me', status: 'failed', errorMessage: 'broken' }));
  await t.rejects(put(0, 'nowhere'), { code: 'DM_FAILED' });
  t.match(last('Status'), { severity: 'MAJOR', status: 'STATE', message: 'broken' });
  t.match(last('Experiment_RBV'), { severity: 'INVALID', status: 'WRITE', message: /nowhere/u });
  t.match(last('Message'), { severity: 'INVALID', status: 'STATE' });
  const away = { service: 'PROC', connected: false, lastContactMs: 1, lastError: 'broken' } as const;
  store.dispatch({ type: 'health', health: away });
  await Promise.resolve();
  t.match(last('Status'), { severity: 'INVALID', status: 'COMM', message: 'no PROC: broken' });
  await put(0, 'demo');
  t.match(last('Experiment_RBV'), { severity: 'NONE', value: 'demo' });
});

await t.test('a put to Message acknowledges it, whoever it was about', async (t) => {
  const { put, last, store } = setUp();
  await t.rejects(put(4, 1), { code: 'SETPOINT_MISSING' });
  t.match(last('Message'), { severity: 'INVALID', value: /^Start: / });
  await put(7, 'seen');
  t.match(last('Message'), { severity: 'NONE', value: '' });
  await put(7, '');
  store.dispatch({ type: 'message', text: 'forgotten', severity: 'MINOR' });
  await put(7, '');
  t.match(last('Message'), { severity: 'NONE' });
  t.equal(store.state.service.message.text, '');
});

await t.test('what a slot holds since a restart stands on Run until it is known to have ended well', (t) => {
  const { store, last, publisher } = setUp();
  store.dispatch({ type: 'slotRestored', kind: 'workflow', slot: 1, id: 'j' });
  publisher.flush();
  t.match(last('Run'), { severity: 'MINOR', status: 'WRITE', message: /^IOC restarted/u });
  t.match(last('Status'), { severity: 'INVALID', status: 'READ', message: 'not read from DM yet' });
  const job = { id: 'j', owner: 'me', status: 'failed', errorMessage: 'broken' };
  store.dispatch(jobs.told(job));
  publisher.flush();
  t.match(last('Run'), { severity: 'MAJOR', status: 'WRITE', message: 'broken', value: undefined });
  store.dispatch(jobs.taken(1, { ...job, id: 'k', status: 'running' }));
  publisher.flush();
  t.match(last('Run'), { severity: 'NONE' });
  store.dispatch(jobs.told({ ...job, id: 'k' }));
  publisher.flush();
  t.match(last('Run'), { severity: 'NONE' }, 'the alarm of its own put is its own');
  const upload = { id: 'u', experimentName: 'e', dataDirectory: '/d', countFiles: 2, nProcessedFiles: 2 };
  store.dispatch({ type: 'slotRestored', kind: 'upload', slot: 1, id: 'u' });
  store.dispatch(uploads.told({ ...upload, status: 'done', nProcessingErrors: 1 }));
  publisher.flush();
  t.match(last('Upload1:Run'), { severity: 'MAJOR', message: '1 files failed' });
  store.dispatch({ type: 'slotRestored', kind: 'upload', slot: 1, id: 'u' });
  store.dispatch(uploads.told({ ...upload, status: 'done', nProcessingErrors: 0 }));
  publisher.flush();
  t.match(last('Upload1:Run'), { severity: 'NONE' }, 'it has ended well');
  t.end();
});
