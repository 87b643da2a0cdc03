import { DmCommunicationError, type Job } from 'dm';
import { restoreSelection } from 'dm-ioc/internal/areas/experiment/restore-selection';
import { DmFeed } from 'dm-ioc/internal/feed/dm-feed';
import { SlotFollower } from 'dm-ioc/internal/feed/slot-follower';
import { SLOT_KINDS } from 'dm-ioc/internal/slots/kinds';
import { pino } from 'pino';
import t from 'tap';
import { FakeDataManagement } from '../../dm/fake-data-management.js';
import { AREAS, emptyStore } from '../empty-store.js';
import { jobs } from '../typed-kinds.js';

const log = pino({ enabled: false });
function setUp() {
  const dm = new FakeDataManagement();
  const store = emptyStore(dm.owner);
  const follower = new SlotFollower(dm, store, SLOT_KINDS, log);
  t.teardown(() => {
    follower.stop();
  });
  const connect = (): void => {
    store.dispatch({ type: 'health', health: { service: 'PROC', connected: true, lastContactMs: 1, lastError: null } });
    store.dispatch({ type: 'health', health: { service: 'DS', connected: true, lastContactMs: 1, lastError: null } });
  };
  return { dm, store, follower, connect };
}

const restored = { type: 'slotRestored', kind: 'workflow', slot: 1, id: 'j' } as const;

await t.test('an id that DM no longer knows is forgotten, with a message', async (t) => {
  const { store, follower } = setUp();
  store.dispatch(restored);
  follower.start();
  await store.when((state) => (jobs.slotOf(state, 1).id === '' && state.service.message.text !== '') || undefined);
  t.match(store.state.service.message, { severity: 'MINOR', text: /DM no longer knows j/u });
});

await t.test('an id that cannot be asked for is kept, and asked for again when the service is back', async (t) => {
  const { dm, store, follower, connect } = setUp();
  const get = dm.jobs.get.bind(dm.jobs);
  let asked = 0;
  dm.jobs.get = (...args) => {
    asked += 1;
    return asked === 1 ? Promise.reject(new DmCommunicationError('down')) : get(...args);
  };
  dm.allJobs.push({ id: 'j', owner: dm.owner, status: 'done' });
  store.dispatch(restored);
  follower.start();
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(jobs.slotOf(store.state, 1).id, 'j', 'kept');
  connect();
  await store.when((state) => jobs.slotOf(state, 1).object?.status === 'done' || undefined);
  t.equal(asked, 2);
});

await t.test('the selection of before a restart waits for DM, and is refused when DM does not know it', async (t) => {
  const { dm, store, connect } = setUp();
  const place = { area: 'experiment' } as const;
  const getByName = dm.experiments.getByName.bind(dm.experiments);
  let isDown = true;
  dm.experiments.getByName = (...args) =>
    isDown ? Promise.reject(new DmCommunicationError('down')) : getByName(...args);
  await dm.experiments.add({ name: 'demo' });
  store.dispatch({ type: 'input', place, input: 'name', value: 'demo' });
  store.dispatch({ type: 'experimentUnconfirmed' });
  const { signal } = new AbortController();
  const answers: (string | null)[] = [];
  const onAnswer = (reason: string | null): unknown => answers.push(reason);
  const restoring = restoreSelection(dm, store, log, signal, onAnswer);
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(store.state.experiment.selected, null);
  isDown = false;
  connect();
  await restoring;
  t.equal(store.state.experiment.selected?.name, 'demo');
  store.dispatch({ type: 'experimentSelected', experiment: null });
  store.dispatch({ type: 'input', place, input: 'name', value: 'gone' });
  store.dispatch({ type: 'experimentUnconfirmed' });
  await restoreSelection(dm, store, log, signal, onAnswer);
  t.match(store.state.experiment.refused['name'], /gone/u);
  t.match(answers, [null, /^Experiment gone does not exist/u], 'whoever restores is told');
});

await t.test('the feed brings lists and events into the state, until it stops', async (t) => {
  const { dm, store } = setUp();
  await dm.experiments.add({ name: 'demo' });
  dm.allJobs.push({ id: 'old', owner: dm.owner, status: 'done' });
  const feed = new DmFeed(dm, store, AREAS, log);
  feed.start();
  await feed.loadLists();
  t.ok(store.state.experiments.has('demo') && jobs.objectsOf(store.state).has('old'));
  dm.changes.tell('job', { id: 'new', owner: dm.owner, status: 'running' });
  await Promise.resolve();
  t.equal(jobs.objectsOf(store.state).get('new')?.status, 'running');
  dm.changes.tell('experimentRemoved', 'demo');
  await Promise.resolve();
  t.notOk(store.state.experiments.has('demo'));
  feed.stop();
  dm.changes.tell('job', { id: 'late', owner: dm.owner, status: 'running' });
  await Promise.resolve();
  t.notOk(jobs.objectsOf(store.state).has('late'));
});

await t.test('what DM tells at once is one change of the state; a long list comes in turns', async (t) => {
  const { dm, store } = setUp();
  const job = (id: number, status: string): Job => ({ id: `j${id}`, owner: dm.owner, status, submissionTime: id });
  const feed = new DmFeed(dm, store, AREAS, log);
  feed.start();
  let changes = 0;
  t.teardown(store.subscribe(() => (changes += 1)));
  for (let id = 0; id < 100; id += 1) dm.changes.tell('job', job(id, 'pending'));
  await Promise.resolve();
  t.equal(jobs.objectsOf(store.state).nActive, 100, 'at once');
  t.equal(changes, 1, 'in one');
  for (let id = 0; id < 5000; id += 1) dm.changes.tell('job', job(id, 'running'));
  dm.changes.tell('job', job(0, 'done'));
  await Promise.resolve();
  t.ok(jobs.objectsOf(store.state).count('running') < 1000, 'others get a turn in between');
  await store.when((state) => jobs.objectsOf(state).count('done') === 1 || undefined);
  t.equal(jobs.objectsOf(store.state).nActive, 4999, 'and nothing is lost');
  feed.stop();
});
