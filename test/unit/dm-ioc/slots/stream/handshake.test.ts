import {
  dropCommands,
  issueCommand,
  takeAcknowledgement,
  withdrawCommands,
} from 'dm-ioc/internal/slots/stream/exchange-commands';
import { followJob } from 'dm-ioc/internal/slots/stream/follow-job';
import { newStream, streamWith, type Stream } from 'dm-ioc/internal/slots/stream/stream';
import { takeReport } from 'dm-ioc/internal/slots/stream/take-report';
import tap from 'tap';

const BEGUN_MS = 1_700_000_000_000;
const NEW = newStream(
  { id: 's1', protocol: 'Native', workflow: 'w', owner: 'o', experiment: 'e', dataPv: '', reportPv: '' },
  BEGUN_MS,
);
const GIVEN = { command: 'prepare', arguments: '{}', source: 'u@h', requestId: '', timeoutMs: 0 };

function reported(...states: readonly string[]): Stream {
  return states.reduce<Stream>((stream, state) => takeReport(stream, { streamId: 's1', state }, BEGUN_MS + 1), NEW);
}

void tap.test('the first report connects a stream, whatever it says', (t) => {
  const stream = takeReport(NEW, { streamId: 's1', message: 'here' }, BEGUN_MS + 5);
  t.match(stream, { state: 'Connected', seenMs: BEGUN_MS + 5, report: { sequence: 1, message: 'here' } });
  t.end();
});

void tap.test('a report leaves what it does not name', (t) => {
  const first = takeReport(NEW, { streamId: 's1', sequence: 1, nReceived: 7, stage: 'warm-up' }, BEGUN_MS);
  const second = takeReport(first, { streamId: 's1', sequence: 2, nReceived: 8 }, BEGUN_MS);
  t.match(second.report, { sequence: 2, nReceived: 8, stage: 'warm-up' });
  t.end();
});

void tap.test('the same report again changes nothing but that the workflow lives', (t) => {
  const content = {
    streamId: 's1',
    sequence: 4,
    message: 'here',
    alarm: { severity: 'MINOR', message: 'warm' },
  } as const;
  const first = takeReport(NEW, { ...content, state: 'Ready' }, BEGUN_MS);
  for (const again of [{ ...content, state: 'ready' }, content, { streamId: 's1', sequence: 4 }]) {
    t.same(takeReport(first, again, BEGUN_MS + 9), { ...first, seenMs: BEGUN_MS + 9 });
  }
  const finishing = streamWith(first, { state: 'Finishing' });
  t.equal(takeReport(finishing, { ...content, state: 'Ready' }, BEGUN_MS).state, 'Finishing', 'the IOC has gone on');
  const failed = streamWith(first, { state: 'Failed' });
  t.equal(takeReport(failed, { ...content, state: 'Ready' }, BEGUN_MS), failed, 'also after the end');
  t.end();
});

void tap.test('a report under the number of the newest one, but with other content, is the next', (t) => {
  const first = takeReport(NEW, { streamId: 's1', sequence: 4, state: 'Connected' }, BEGUN_MS);
  const second = takeReport(first, { streamId: 's1', sequence: 4, state: 'Ready', message: 'go' }, BEGUN_MS);
  t.match(second, { state: 'Ready', report: { sequence: 5, message: 'go' } });
  t.match(takeReport(second, { streamId: 's1', sequence: 5, nReceived: 3 }, BEGUN_MS).report, {
    sequence: 6,
    nReceived: 3,
  });
  for (const state of ['Starting', 'Warm']) {
    t.throws(() => takeReport(second, { streamId: 's1', sequence: 5, state }, BEGUN_MS), { code: 'STREAM_ORDER' });
  }
  t.throws(() => takeReport(second, { streamId: 's1', sequence: 4, message: 'go' }, BEGUN_MS), {
    code: 'STREAM_ORDER',
    message: 'report 4 after 5: go on from Report.sequence, or put 0 for the next',
  });
  const failed = streamWith(second, { state: 'Failed' });
  t.throws(() => takeReport(failed, { streamId: 's1', sequence: 5, message: 'x' }, BEGUN_MS), { code: 'STREAM_ENDED' });
  t.end();
});

void tap.test('a report of another run, an old one, a wrong step and one after the end are refused', (t) => {
  const ready = reported('Ready');
  t.throws(() => takeReport(ready, { streamId: 's0' }, BEGUN_MS), { code: 'STREAM_STALE' });
  t.throws(() => takeReport(ready, { streamId: '' }, BEGUN_MS), { code: 'STREAM_STALE' });
  t.throws(() => takeReport(null, { streamId: 's1' }, BEGUN_MS), { code: 'STREAM_STALE' });
  const fifth = takeReport(ready, { streamId: 's1', sequence: 5 }, BEGUN_MS);
  t.throws(() => takeReport(fifth, { streamId: 's1', sequence: 3 }, BEGUN_MS), { code: 'STREAM_ORDER' });
  t.throws(() => takeReport(reported('Connected'), { streamId: 's1', state: 'Streaming' }, BEGUN_MS), {
    code: 'STREAM_ORDER',
    message: "Streaming can't follow Connected",
  });
  t.throws(() => takeReport(ready, { streamId: 's1', state: 'Warm' }, BEGUN_MS), { code: 'STREAM_ORDER' });
  t.throws(() => takeReport(reported('Ready', 'Done'), { streamId: 's1' }, BEGUN_MS), { code: 'STREAM_ENDED' });
  t.end();
});

void tap.test('a count that is none, or that nobody could show, is refused', (t) => {
  for (const name of ['sequence', 'nReceived', 'nProcessed', 'nDropped']) {
    for (const count of [-1, 1.5, NaN, 2 ** 53, 2 ** 63]) {
      t.throws(() => takeReport(NEW, { streamId: 's1', [name]: count }, BEGUN_MS), { code: 'SETPOINT_INVALID' }, name);
    }
  }
  t.end();
});

void tap.test('a state may be written in any case, and a reported failure carries its message', (t) => {
  const failed = takeReport(NEW, { streamId: 's1', state: 'failed', message: 'no beam' }, BEGUN_MS);
  t.match(failed, { state: 'Failed', status: 'failed', error: 'no beam' });
  t.end();
});

void tap.test('commands are numbered without gaps and stay until they are acknowledged', (t) => {
  const first = issueCommand(NEW, GIVEN, BEGUN_MS);
  const second = issueCommand(first.stream, { ...GIVEN, command: 'configure', arguments: '{"a": 1}' }, BEGUN_MS);
  t.same(
    second.stream.pending.map(({ sequence, command }) => [sequence, command]),
    [
      [1, 'prepare'],
      [2, 'configure'],
    ],
  );
  const given = { streamId: 's1', sequence: 1, outcome: 'accepted' as const, message: 'fine' };
  const answered = takeAcknowledgement(second.stream, given, BEGUN_MS + 3);
  t.match(answered, {
    sequence: 2,
    seenMs: BEGUN_MS + 3,
    answers: [{ sequence: 1, outcome: 'accepted', message: 'fine' }],
  });
  t.equal(answered.pending.length, 1);
  t.equal(takeAcknowledgement(answered, given, BEGUN_MS + 4).answers.length, 1, 'again: no second answer');
  t.throws(() => takeAcknowledgement(answered, { ...given, sequence: 9 }, BEGUN_MS), { code: 'COMMAND_UNKNOWN' });
  t.throws(() => takeAcknowledgement(answered, { ...given, streamId: 's0' }, BEGUN_MS), { code: 'STREAM_STALE' });
  t.end();
});

void tap.test('64 commands may wait, and of what the workflow says to one 32,000 characters are kept', (t) => {
  const full = Array.from({ length: 64 }).reduce<Stream>((stream) => issueCommand(stream, GIVEN, BEGUN_MS).stream, NEW);
  t.throws(() => issueCommand(full, GIVEN, BEGUN_MS), { code: 'STREAM_ORDER', message: /64 commands wait/u });
  const said = { streamId: 's1', sequence: 1, outcome: 'refused' as const, message: 'x'.repeat(1_000_000) };
  t.match(takeAcknowledgement(full, said, BEGUN_MS).answers, [{ message: /^x{32000}… \(1,000,000 characters\)$/u }]);
  t.end();
});

void tap.test('a stop and an abort have their places beyond those that wait', (t) => {
  const full = Array.from({ length: 64 }).reduce<Stream>((stream) => issueCommand(stream, GIVEN, BEGUN_MS).stream, NEW);
  const stopping = issueCommand(full, { ...GIVEN, command: 'stop' }, BEGUN_MS);
  t.equal(stopping.sequence, 65);
  t.equal(issueCommand(stopping.stream, { ...GIVEN, command: 'abort' }, BEGUN_MS).sequence, 66);
  t.throws(() => issueCommand(stopping.stream, { ...GIVEN, command: 'stop' }, BEGUN_MS), {
    code: 'STREAM_ORDER',
    message: /put Abort to end it$/u,
  });
  t.end();
});

void tap.test("a command may have any name, also one of JavaScript's own", (t) => {
  for (const command of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    t.match(issueCommand(NEW, { ...GIVEN, command }, BEGUN_MS), { sequence: 1, stream: { pending: [{ command }] } });
  }
  t.end();
});

void tap.test('a command that is put again under its request id is the same command', (t) => {
  const first = issueCommand(NEW, { ...GIVEN, requestId: 'r1' }, BEGUN_MS);
  t.same(issueCommand(first.stream, { ...GIVEN, requestId: 'r1' }, BEGUN_MS + 1), first);
  const answered = takeAcknowledgement(
    first.stream,
    { streamId: 's1', sequence: 1, outcome: 'accepted' as const, message: '' },
    BEGUN_MS,
  );
  t.equal(issueCommand(answered, { ...GIVEN, requestId: 'r1' }, BEGUN_MS + 1).sequence, 1);
  for (const stream of [first.stream, answered]) {
    const other = { ...GIVEN, requestId: 'r1', arguments: '{"a": 1}' };
    t.throws(() => issueCommand(stream, other, BEGUN_MS), { code: 'SETPOINT_INVALID', message: /another one/u });
  }
  t.end();
});

void tap.test('a command that makes no sense now, or whose arguments are no JSON object, is refused', (t) => {
  t.throws(() => issueCommand(null, GIVEN, BEGUN_MS), { code: 'STREAM_ENDED' });
  t.throws(() => issueCommand(NEW, { ...GIVEN, command: 'start' }, BEGUN_MS), { code: 'STREAM_ORDER' });
  t.throws(() => issueCommand(reported('Ready', 'Done'), GIVEN, BEGUN_MS), {
    code: 'STREAM_ENDED',
    message: /put Start first/u,
  });
  t.throws(() => issueCommand(NEW, { ...GIVEN, command: ' ' }, BEGUN_MS), { code: 'SETPOINT_MISSING' });
  t.throws(() => issueCommand(NEW, { ...GIVEN, command: 'x'.repeat(64) }, BEGUN_MS), { code: 'SETPOINT_INVALID' });
  t.throws(() => issueCommand(NEW, { ...GIVEN, requestId: 'x'.repeat(256) }, BEGUN_MS), { code: 'SETPOINT_INVALID' });
  for (const text of ['[1]', '{', '1', `{"a": "${'x'.repeat(33_000)}"}`]) {
    t.throws(() => issueCommand(NEW, { ...GIVEN, arguments: text }, BEGUN_MS), { code: 'SETPOINT_INVALID' });
  }
  t.end();
});

void tap.test('an accepted stop makes a stream Finishing', (t) => {
  const { stream } = issueCommand(reported('Ready', 'Streaming'), { ...GIVEN, command: 'stop' }, BEGUN_MS);
  const refused = takeAcknowledgement(
    stream,
    { streamId: 's1', sequence: 1, outcome: 'refused' as const, message: 'no' },
    BEGUN_MS,
  );
  t.equal(refused.state, 'Streaming');
  const accepted = takeAcknowledgement(
    stream,
    { streamId: 's1', sequence: 1, outcome: 'accepted' as const, message: '' },
    BEGUN_MS,
  );
  t.equal(accepted.state, 'Finishing');
  t.end();
});

void tap.test('a command is withdrawn at its time limit, with whether the workflow was heard', (t) => {
  const heard = reported('Ready');
  const { stream } = issueCommand(heard, { ...GIVEN, timeoutMs: 2000 }, BEGUN_MS + 1000);
  t.equal(withdrawCommands(stream, BEGUN_MS + 2999), stream);
  const after = withdrawCommands(stream, BEGUN_MS + 3001);
  t.same(after.pending, []);
  t.match(after.answers, [
    {
      outcome: 'withdrawn',
      message: 'prepare not acknowledged within 2.0 s, withdrawn; the workflow was heard 3.0 s ago',
    },
  ]);
  const late = { streamId: 's1', sequence: 1, outcome: 'accepted' as const, message: 'done at last' };
  const told = takeAcknowledgement(after, late, BEGUN_MS + 4000);
  t.match(told.answers, [{ outcome: 'accepted', message: 'done at last' }], 'whoever asks again is told');
  t.same(
    takeAcknowledgement(told, { ...late, outcome: 'refused' }, BEGUN_MS + 4000).answers,
    told.answers,
    'only once',
  );
  t.match(dropCommands(stream, stream.pending, 'refused', 'gone').answers, [{ outcome: 'refused', message: 'gone' }]);
  t.end();
});

void tap.test('the end of the job ends the stream and answers what waits', (t) => {
  const { stream } = issueCommand(reported('Ready'), GIVEN, BEGUN_MS);
  const failed = followJob(stream, { id: 'j', status: 'failed', error: 'exit status 3' });
  t.match(failed, { state: 'Failed', status: 'failed', error: 'exit status 3', pending: [] });
  t.match(failed.answers, [{ outcome: 'refused', message: 'the job has ended (failed): exit status 3' }]);
  t.match(followJob(stream, { id: 'j', status: 'aborted', error: '' }), { state: 'Aborted', error: 'aborted' });
  t.match(followJob(stream, { id: 'j', status: 'done', error: '' }), { state: 'Done', error: '' });
  t.end();
});

void tap.test('a stream that is Done lasts as long as its job, and fails with it', (t) => {
  const done = streamWith(reported('Ready', 'Done'), { jobId: 'j', jobStatus: 'running' });
  t.match(done, { state: 'Done', status: 'finalizing' });
  t.match(followJob(done, { id: 'j', status: 'failed', error: 'late' }), { state: 'Failed', error: 'late' });
  t.match(followJob(done, { id: 'j', status: 'done', error: '' }), { state: 'Done', status: 'done' });
  t.end();
});

void tap.test("a command that pvaPy's consumers don't know is refused before it waits in line", (t) => {
  const stream = streamWith(reported('Ready'), { protocol: 'PvaPy' });
  t.throws(() => issueCommand(stream, { ...GIVEN, command: 'dance' }, BEGUN_MS), {
    code: 'COMMAND_REFUSED',
    message: /know configure, get_stats, reset_stats, stop, not dance/u,
  });
  t.equal(issueCommand(stream, { ...GIVEN, command: 'get_stats' }, BEGUN_MS).sequence, 1);
  t.end();
});
