import { EMPTY_STREAM_SLOT, tickStream, updateStream, type StreamSlot } from 'dm-ioc/internal/slots/stream/stream-slot';
import { answerText, shownAlive, shownState, stateText, streamAlarm } from 'dm-ioc/internal/slots/stream/stream-view';
import { newStream, streamWith, type Stream } from 'dm-ioc/internal/slots/stream/stream';
import { takeReport } from 'dm-ioc/internal/slots/stream/take-report';
import tap from 'tap';

const GIVEN = {
  id: 's1',
  protocol: 'Native',
  workflow: 'w',
  owner: 'o',
  experiment: 'e',
  dataPv: '',
  reportPv: '',
} as const;
const NEW = newStream(GIVEN, 0);
const RUNNING = streamWith(NEW, { jobId: 'j', jobStatus: 'running' });
const moment = (nowMs: number) => ({ nowMs, steadyMs: nowMs, backend: 'local', experimentName: null });

function slotWith(object: Stream, nowMs = 0, slot: StreamSlot = { ...EMPTY_STREAM_SLOT, id: 's1' }): StreamSlot {
  return updateStream(slot, object, moment(nowMs));
}

function said(stream: Stream, content: object, nowMs = 0): Stream {
  return takeReport(stream, { streamId: 's1', ...content }, nowMs);
}

const WARM = { severity: 'MAJOR', message: 'warm' } as const;
const COOL = { severity: 'MINOR', message: 'cool' } as const;

void tap.test('of silence and what the workflow reports, the worse is the alarm of a stream', (t) => {
  const ready = said(RUNNING, { state: 'Ready' });
  t.match(streamAlarm(slotWith(ready)), { severity: 'NONE', message: '' });
  t.match(streamAlarm(slotWith(said(ready, { alarm: WARM }))), WARM);
  const silent = (object: Stream): StreamSlot => tickStream(slotWith(object), { nowMs: 31_000 });
  t.match(streamAlarm(silent(ready)), { severity: 'MINOR', message: 'silent for 31 s' });
  t.match(streamAlarm(silent(said(ready, { alarm: COOL }))), { severity: 'MINOR', message: 'silent for 31 s' });
  t.match(streamAlarm(silent(said(ready, { alarm: WARM }))), WARM);
  t.end();
});

void tap.test('a failed stream is MAJOR and an aborted one MINOR, whatever the workflow reported', (t) => {
  const ready = said(RUNNING, { state: 'Ready', alarm: { severity: 'INVALID', message: 'broken' } });
  const failed = slotWith(streamWith(ready, { state: 'Failed', error: 'disk full\nand more' }));
  t.match(shownState(failed), { value: 'Failed', severity: 'MAJOR', message: /^disk full$/u });
  t.equal(stateText(failed), 'Failed, its job is running: disk full');
  const aborted = slotWith(streamWith(ready, { state: 'Aborted', error: 'aborted' }));
  t.match(shownState(aborted), { value: 'Aborted', severity: 'MINOR', message: 'aborted' });
  t.match(shownState(slotWith(streamWith(ready, { state: 'Done' }))), { value: 'Done', severity: 'NONE' });
  t.match(shownState(EMPTY_STREAM_SLOT), { value: 'Idle', severity: 'NONE' });
  t.end();
});

void tap.test('a workflow is silent from when its job runs, not while that waits in the queue', (t) => {
  const later = { nowMs: 60_000 };
  const queued = tickStream(slotWith(streamWith(NEW, { jobId: 'j', jobStatus: 'pending' })), later);
  t.equal(queued.warning, '');
  const running = slotWith(RUNNING, 60_000, queued);
  t.equal(tickStream(running, { nowMs: 90_000 }).warning, '');
  const silent = tickStream(running, { nowMs: 91_000 });
  t.equal(silent.warning, 'silent for 31 s');
  t.match(shownAlive(silent), { value: false, severity: 'MAJOR' });
  t.end();
});

void tap.test('a clock that is set neither makes a workflow silent nor hides that it is', (t) => {
  for (const hour of [3_600_000, -3_600_000]) {
    // The clock by which reports are dated is an hour off the slot's.
    const first = slotWith(RUNNING, 1000);
    const heard = slotWith(said(RUNNING, { state: 'Ready' }, 2000 + hour), 2000, first);
    t.equal(tickStream(heard, { nowMs: 30_000 }).warning, '');
    t.equal(tickStream(heard, { nowMs: 33_000 }).warning, 'silent for 31 s');
    t.match(shownAlive(heard), { value: true });
  }
  t.end();
});

void tap.test('what was restored is silent from then on, as nobody could be heard before', (t) => {
  const restored = slotWith(said(RUNNING, { state: 'Ready' }, 5000), 50_000);
  t.equal(restored.warning, '');
  t.equal(tickStream(restored, { nowMs: 95_000 }).warning, 'silent for 45 s');
  t.end();
});

void tap.test('StateText says what is waited for beside what is wrong or was said, until it is there', (t) => {
  const waiting = { ...RUNNING.live, waiting: 'Start waits for Ready (Abort ends it)' };
  const begun = streamWith(RUNNING, { live: waiting });
  t.equal(stateText(slotWith(begun)), 'Starting: Start waits for Ready (Abort ends it)');
  const preparing = said(begun, { state: 'Preparing', stage: 'warm-up', message: 'loads' });
  t.equal(stateText(slotWith(preparing)), 'Preparing, warm-up: loads; Start waits for Ready (Abort ends it)');
  const silent = tickStream(slotWith(preparing), { nowMs: 31_000 });
  t.equal(stateText(silent), 'Preparing, warm-up: Start waits for Ready (Abort ends it), silent for 31 s');
  t.equal(stateText(slotWith(streamWith(begun, { state: 'Done' }))), 'Done, its job is running');
  t.end();
});

void tap.test('frames that can not be seen are a MINOR alarm that says why, until the stream finishes', (t) => {
  const problem = 'waits for frames, searched at 127.0.0.1:5076';
  const ready = said(RUNNING, { state: 'Ready' });
  const lost = streamWith(ready, { live: { ...ready.live, data: { ...ready.live.data, problem } } });
  t.match(streamAlarm(slotWith(lost)), { severity: 'MINOR', message: problem });
  t.match(shownAlive(slotWith(lost)), { value: true }, 'the workflow is none the worse for it');
  t.match(streamAlarm(slotWith(said(lost, { alarm: WARM }))), WARM);
  t.match(streamAlarm(slotWith(said(lost, { state: 'Finishing' }))), { severity: 'NONE' });
  t.end();
});

void tap.test('an answer shows its number, so that the same words again are seen as new', (t) => {
  const answer = { sequence: 2, requestId: '', digest: '', outcome: 'accepted', message: 'gain is 2' } as const;
  t.equal(answerText(answer), '2 accepted: gain is 2');
  t.equal(answerText({ ...answer, outcome: 'refused', message: '' }), '2 refused');
  t.equal(answerText(undefined), '');
  t.end();
});
