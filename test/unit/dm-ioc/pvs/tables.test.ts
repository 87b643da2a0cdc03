import { Tables } from 'dm-ioc/internal/pvs/tables';
import { PvaClient, PvaServer } from 'epics-pva-ts';
import { pino } from 'pino';
import t from 'tap';
import { PATIENCE_MS } from '../../../patience.js';
import { AREAS, emptyStore } from '../empty-store.js';
import { jobs } from '../typed-kinds.js';

type Columns = Readonly<Record<string, ArrayLike<unknown>>>;

function setUp() {
  const server = PvaServer.isolated();
  const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  const store = emptyStore();
  const declared = AREAS.flatMap((area) => area.tables ?? []);
  const tables = new Tables(server, 'dm:', declared, store, pino({ enabled: false }));
  tables.start();
  t.teardown(() => {
    tables.stop();
    client.close();
    server.close();
  });
  /** Follows a table until it is as wanted. */
  const shown = async (name: string, isWanted: (columns: Columns) => boolean): Promise<Columns> => {
    for await (const { value } of client.monitor<Columns>(`dm:${name}`)) if (isWanted(value)) return value;
    throw new Error(`${name} ended`);
  };
  const get = async (name: string): Promise<Columns> => (await client.get<Columns>(`dm:${name}`)).value;
  return { store, tables, shown, get };
}

const job = { owner: 'me', status: 'done', countFiles: 1 };

await t.test('a slot has its table of stages: one row a process, and one for a stage that has not begun', async (t) => {
  const { store, shown } = setUp();
  const ran = { stageId: '1', childProcessNumber: 7, command: 'echo a', status: 'done', exitStatus: 0, stdOut: 'a\n' };
  const stages = {
    '2': { command: 'echo $b' },
    '1': { command: 'echo $a', childProcesses: { '7': { ...ran, runTime: 0.5, stdErr: '' } } },
  };
  const workflow = { name: 'w', owner: 'me', stages };
  store.dispatch(jobs.taken(1, { ...job, status: 'running', stage: '1', id: 'x', workflow }));
  t.same(await shown('WF1:Stages', ({ stage }) => stage?.length === 2), {
    stage: ['1', '2'],
    process: ['7', ''],
    status: ['done', ''],
    runTime: Float64Array.of(0.5, 0),
    exitStatus: Int32Array.of(0, 0),
    stdOut: ['a\n', ''],
    stdErr: ['', ''],
    command: ['echo a', 'echo $b'],
    warning: ['', ''],
  });
  store.dispatch({ type: 'slotCleared', kind: 'workflow', slot: 1 });
  t.same((await shown('WF1:Stages', ({ stage }) => stage?.length === 0))['command'], []);
});

await t.test('lists are newest first', async (t) => {
  const { store, shown } = setUp();
  store.dispatch(
    jobs.told(
      { ...job, id: 'old', submissionTime: 1 },
      { ...job, id: 'new', submissionTime: 2, errorMessage: 'x'.repeat(300) },
    ),
  );
  const shownJobs = await shown('Job:Table', ({ id }) => id?.length === 2);
  t.same(shownJobs['id'], ['new', 'old']);
  t.equal(String(shownJobs['error']?.[0]).length, 200, 'a long error is cut');
  store.dispatch({
    type: 'experiments',
    experiments: [
      { name: 'first', id: 1 },
      { name: 'second', id: 2 },
    ],
  });
  t.same((await shown('Experiment:Table', ({ id }) => id?.length === 2))['id'], Int32Array.of(2, 1));
});

await t.test(
  'the first change is posted at once; the next waits for its time, or until it must be readable',
  async (t) => {
    const { store, tables, get } = setUp();
    store.dispatch(jobs.told({ ...job, id: 'x', submissionTime: 1 }));
    t.same((await get('Job:Table'))['id'], ['x']);
    store.dispatch(jobs.told({ ...job, id: 'y', submissionTime: 2 }));
    tables.flush();
    t.same((await get('Job:Table'))['id'], ['y', 'x']);
  },
);
