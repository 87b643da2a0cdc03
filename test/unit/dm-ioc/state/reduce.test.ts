import { jobError, type Job } from 'dm';
import t from 'tap';
import { initialState } from 'dm-ioc/internal/state/initial-state';
import { daqKind } from 'dm-ioc/internal/slots/daq/daq-kind';
import { SLOT_KINDS } from 'dm-ioc/internal/slots/kinds';
import { transferRunTime } from 'dm-ioc/internal/slots/transfer/transfer-view';
import { jobRunTime } from 'dm-ioc/internal/slots/workflow/job-view';
import type { WorkflowSlot } from 'dm-ioc/internal/slots/workflow/workflow-slot';
import type { Action } from 'dm-ioc/internal/state/action';
import { KEPT } from 'dm-ioc/internal/state/collection';
import { reduce as reduceKinds } from 'dm-ioc/internal/state/reduce';
import type { State } from 'dm-ioc/internal/state/state';
import { Store } from 'dm-ioc/internal/state/store';
import { daqs, uploads, jobs } from '../typed-kinds.js';

const slots = { daq: 2, upload: 2, workflow: 2 };
const start = (backend = 'local'): State =>
  initialState({ version: '1', backend, station: 'X', owner: 'me', kinds: SLOT_KINDS, slots });
const reduce = (state: State, action: Action, nowMs: number, steadyMs = nowMs): State =>
  reduceKinds(state, action, SLOT_KINDS, nowMs, steadyMs);
const first = (state: State): WorkflowSlot => jobs.slotOf(state, 1);
const job = (id: string, status: string, more: object = {}): Job => ({
  id,
  owner: 'me',
  status,
  submissionTime: 100,
  ...more,
});
const stages = { '01-A': { command: 'a' }, '02-B': { command: 'b' } };
const workflow = { name: 'w', owner: 'me', stages };
const take = (state: State, taken: Job): State => reduce(state, jobs.taken(1, taken), 100_000);

await t.test('a slot shows its job, and the others keep their reference', (t) => {
  const before = start();
  const state = take(before, job('j', 'pending', { workflow }));
  t.equal(first(state).id, 'j');
  t.equal(jobs.slotOf(state, 2), jobs.slotOf(before, 2));
  t.equal(state.slots['daq'], before.slots['daq']);
  const running = reduce(state, jobs.told(job('j', 'running', { stage: '01-A', startTime: 101 })), 102_000);
  t.equal(first(running).object?.workflow?.stages?.['01-A']?.command, 'a', 'a list entry keeps the stages');
  t.match(first(running).report, /w running 01-A \(1\/2\)/u);
  t.end();
});

await t.test('news that was overtaken is ignored', (t) => {
  const done = take(start(), job('j', 'done', { workflow, endTime: 110, runTime: 9 }));
  const late = reduce(done, jobs.told(job('j', 'running')), 111_000);
  t.equal(jobs.objectsOf(late).get('j')?.status, 'done');
  t.equal(first(late).object?.status, 'done');
  t.end();
});

await t.test('run time lives while the job is active, and reports come at their period until the time limit', (t) => {
  let state = take(start(), job('j', 'running', { workflow, stage: '01-A', startTime: 100 }));
  state = reduce(state, { type: 'input', place: { kind: 'workflow', slot: 1 }, input: 'timeoutS', value: 30 }, 100_000);
  const report = first(state).report;
  state = reduce(state, { type: 'tick' }, 105_000);
  t.equal(first(state).report, report, 'not before the period');
  state = reduce(state, { type: 'tick' }, 111_000);
  t.match(first(state).report, /, 11 s/u);
  state = reduce(state, { type: 'tick' }, 131_000);
  t.match(first(state).report, /^timeout, reporting ended/u);
  const silent = reduce(state, { type: 'tick' }, 190_000);
  t.equal(first(silent).report, first(state).report, 'no report after it');
  const ended = reduce(silent, jobs.told(job('j', 'done', { runTime: 95 })), 195_000);
  t.equal(
    reduce(ended, { type: 'tick' }, 200_000).slots['workflow'],
    ended.slots['workflow'],
    'an ended job does not tick',
  );
  t.end();
});

await t.test('a refused input is remembered until a good one', (t) => {
  const place = { kind: 'workflow', slot: 2 } as const;
  const refused = reduce(start(), { type: 'inputRefused', place, input: 'args', reason: 'not JSON' }, 0);
  t.same(jobs.slotOf(refused, 2).refused, { args: 'not JSON' });
  const good = reduce(refused, { type: 'input', place, input: 'args', value: '{"a":1}' }, 0);
  t.same(jobs.slotOf(good, 2).refused, {});
  t.equal(jobs.slotOf(good, 2).inputs.args, '{"a":1}');
  t.end();
});

await t.test('a failed put shows in message and slot, and a later success of the same PV clears it', (t) => {
  const place = { kind: 'workflow', slot: 1 } as const;
  const failed = reduce(
    start(),
    { type: 'putFailed', place, pv: 'dm:WF1:Run', severity: 'INVALID', reason: 'no workflow' },
    0,
  );
  t.match(failed.service.message, { text: 'dm:WF1:Run: no workflow', severity: 'INVALID' });
  t.equal(first(failed).commandError, 'no workflow');
  const other = reduce(failed, { type: 'putSucceeded', place, pv: 'dm:WF1:Clear', isCommand: true }, 0);
  t.equal(other.service.message.severity, 'INVALID', 'another PV does not clear it');
  const cleared = reduce(failed, { type: 'putSucceeded', place, pv: 'dm:WF1:Run', isCommand: true }, 0);
  t.match(cleared.service.message, { text: '', severity: 'NONE' });
  t.equal(first(cleared).commandError, '');
  t.end();
});

await t.test('why a job has failed is not why a put of somebody was refused while it ran', (t) => {
  const running = take(start(), job('j', 'running', { workflow }));
  const place = { kind: 'workflow', slot: 1 } as const;
  const refused: Action = { type: 'putFailed', place, pv: 'P:Start', severity: 'INVALID', reason: 'busy with job j' };
  const meanwhile = reduce(running, refused, 101_000);
  t.equal(first(meanwhile).commandError, 'busy with job j');
  const news = reduce(meanwhile, jobs.told(job('j', 'running', { stage: '02-B' })), 102_000);
  t.equal(first(news).commandError, 'busy with job j', 'it goes on');
  const failed = reduce(news, jobs.told(job('j', 'failed', { errorMessage: 'broken' })), 103_000);
  t.equal(first(failed).commandError, '');
  t.end();
});

await t.test('old ended jobs leave the table, active ones and those of slots stay', (t) => {
  let state = take(start(), job('held', 'done', { submissionTime: 1 }));
  state = reduce(state, jobs.told(job('active', 'running', { submissionTime: 2 })), 0);
  const many = Array.from({ length: KEPT * 2 }, (_job, index) =>
    job(`j${index}`, 'done', { submissionTime: 10 + index }),
  );
  state = reduce(state, jobs.told(...many), 0);
  const kept = jobs.objectsOf(state);
  t.equal(kept.size, KEPT + 1, 'the active one and the newest of the others');
  t.ok(kept.has('held') && kept.has('active') && !kept.has('j0'));
  t.end();
});

await t.test('a failed stage is the reason of a failed job', (t) => {
  const childProcesses = {
    '0': {
      stageId: '02-B',
      childProcessNumber: 0,
      command: 'b',
      status: 'failed',
      exitStatus: 3,
      stdErr: 'no such file\n',
    },
  };
  const failed = job('j', 'failed', {
    stage: '02-B',
    workflow: { ...workflow, stages: { ...stages, '02-B': { command: 'b', childProcesses } } },
  });
  t.equal(jobError(failed), '02-B failed (exit 3): no such file');
  t.equal(
    jobError(job('j', 'failed', { errorMessage: 'Invalid input file specification.' })),
    'Invalid input file specification. Put FilePath, or give filePath, filePathList or dataDir in Args.',
    "DM's own text first, then the remedy",
  );
  const traceback = 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: no frames';
  childProcesses['0'].stdErr = `${traceback}\n\n`;
  t.equal(
    jobError(failed),
    `02-B failed (exit 3): ValueError: no frames\n${traceback}`,
    'the last line first, then all',
  );
  t.end();
});

await t.test('what the web services call done though nothing was done is a warning', (t) => {
  const upload = {
    id: 'u',
    experimentName: 'e',
    dataDirectory: '/d',
    status: 'done',
    countFiles: 0,
    nProcessedFiles: 0,
    nProcessingErrors: 0,
  };
  const state = reduce(start('rest'), uploads.taken(1, upload), 0);
  t.not(uploads.slotOf(state, 1).warning, '');
  t.end();
});

await t.test('a DAQ that goes on in spite of errors says so, with an alarm on status and count', (t) => {
  const daq = {
    id: 'd',
    experimentName: 'e',
    dataDirectory: '/d',
    status: 'running',
    countFiles: 2,
    nProcessedFiles: 0,
    nProcessingErrors: 0,
  };
  const shown = (name: string, state: State): unknown => {
    const signal = daqKind.signals[name];
    return signal?.kind === 'reading' ? signal.read(daqs.slotOf(state, 1)) : undefined;
  };
  const well = reduce(start(), daqs.taken(1, daq), 0);
  t.same(shown('status', well), { value: 'Running' });
  t.equal(shown('nErrors', well), 0);
  const errorMessage = 'Data directory /d: no such directory';
  const gone = reduce(well, daqs.told({ ...daq, errorMessage }), 0);
  t.same(shown('status', gone), { value: 'Running', severity: 'MINOR', message: errorMessage });
  t.equal(shown('errorMessage', gone), errorMessage);
  const failing = reduce(well, daqs.told({ ...daq, nProcessingErrors: 1 }), 0);
  t.same(shown('status', failing), { value: 'Running', severity: 'MINOR', message: '1 files failed' });
  t.same(shown('nErrors', failing), { value: 1, severity: 'MINOR', message: '1 files failed' });
  t.same(shown('status', reduce(gone, daqs.told(daq), 0)), { value: 'Running' }, 'and no more later');
  t.end();
});

await t.test('waiting on the store ends with the state, or with the signal', async (t) => {
  const store = new Store(start(), SLOT_KINDS, () => 0);
  const waiting = store.when((state) => (state.service.heartbeat >= 2 ? state.service.heartbeat : undefined));
  store.dispatch({ type: 'tick' });
  store.dispatch({ type: 'tick' });
  t.equal(await waiting, 2);
  const stopped = new AbortController();
  const never = store.when(() => undefined, stopped.signal);
  stopped.abort(new Error('enough'));
  await t.rejects(never, { message: 'enough' });
});

await t.test('run times are those that passed, whatever the clock is set to meanwhile', (t) => {
  const transfer = {
    experimentName: 'e',
    dataDirectory: '/d',
    countFiles: 1,
    nProcessedFiles: 0,
    nProcessingErrors: 0,
  };
  const day = 86_400_000;
  let state = start();
  const running = { status: 'running', startTime: 100 } as const;
  state = reduce(state, jobs.taken(1, job('j', 'pending', { workflow })), 90_000, 0);
  state = reduce(state, jobs.told(job('j', 'running', { workflow, startTime: 100 })), 101_000, 11_000);
  state = reduce(state, daqs.taken(1, { id: 'd', ...running, ...transfer }), 101_000, 11_000);
  state = reduce(state, uploads.taken(1, { id: 'u', ...running, ...transfer }), 101_000, 11_000);
  for (const clock of [day, -day]) {
    state = reduce(state, { type: 'tick' }, 111_000 + clock, 21_000);
    const { object, nowMs } = first(state);
    t.equal(object === null ? 0 : jobRunTime(object, nowMs), 11, 'of a job');
    for (const slot of [daqs.slotOf(state, 1), uploads.slotOf(state, 1)]) {
      t.equal(slot.object === null ? 0 : transferRunTime(slot.object, slot.nowMs), 11, 'of a transfer');
    }
  }
  state = reduce(state, jobs.told(job('j', 'running', { workflow, startTime: 100, stage: '01-A' })), 999_000, 23_000);
  t.match(first(state).report, /, 13 s/u, 'news of it included');
  t.end();
});
