import { DmCommunicationError, DmInvalidArgumentError, SERVICE_NAMES } from 'dm';
import type { RecordUpdate } from 'node-epics-ca';
import { pino } from 'pino';
import t from 'tap';
import { keepSelection } from 'dm-ioc/internal/areas/experiment/restore-selection';
import { bindRecords } from 'dm-ioc/internal/pvs/bind-records';
import { Publisher } from 'dm-ioc/internal/pvs/publisher';
import { PutHandler } from 'dm-ioc/internal/pvs/put-handler';
import { STATUS_LABELS } from 'dm-ioc/internal/state/status-labels';
import { FakeDataManagement } from '../../dm/fake-data-management.js';
import { deviceRecord } from '../device-record.js';
import { AREAS, emptyStore } from '../empty-store.js';
import { uploads, jobs } from '../typed-kinds.js';

const RECORDS = [
  deviceRecord(0, 'Experiment', 'lso', 'experiment.name'),
  deviceRecord(1, 'Experiment_RBV', 'lsi', 'experiment.selected'),
  deviceRecord(2, 'Workflow', 'lso', 'workflow[1].workflow'),
  deviceRecord(3, 'Args', 'lso', 'workflow[1].args'),
  deviceRecord(4, 'Start', 'busy', 'workflow[1].start'),
  deviceRecord(5, 'Run', 'busy', 'workflow[1].run'),
  deviceRecord(6, 'Status', 'mbbi', 'workflow[1].status', STATUS_LABELS),
  deviceRecord(7, 'Message', 'lsi', 'service.message'),
  deviceRecord(8, 'FilePath', 'lso', 'workflow[1].filePath'),
  { ...deviceRecord(9, 'Mode', 'mbbo', 'upload[1].mode', ['Files', 'Directory']), maxLength: 1 },
  deviceRecord(10, 'WF1:Timeout', 'ao', 'workflow[1].timeout'),
  deviceRecord(11, 'Upload1:FilePath', 'lso', 'upload[1].filePath'),
  deviceRecord(12, 'Upload1:DataDirectory', 'lso', 'upload[1].dataDirectory'),
  deviceRecord(13, 'Upload1:Start', 'busy', 'upload[1].start'),
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
    log: pino({ enabled: false }),
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
      ['Upload1:Start', 0],
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

await t.test('a path within the experiment reaches the workflow whole', async (t) => {
  const { put, dm } = setUp();
  await dm.experiments.add({ name: 'demo' });
  await dm.workflows.add({ name: 'w', owner: dm.owner, stages: { a: { command: 'true' } } });
  await put(0, 'demo');
  await put(2, 'w');
  await put(8, 'run1/a.h5');
  await put(4, 1);
  t.match(dm.allJobs[0], { experimentName: 'demo', filePath: '/dm/demo/data/run1/a.h5' });
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
      void keepSelection(dm, store, pino({ enabled: false }), closing.signal, resolve);
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
