import { newStream, streamSchema, type Stream } from 'dm-ioc/internal/slots/stream/stream';
import { takeReport, type GivenReport } from 'dm-ioc/internal/slots/stream/take-report';
import tap from 'tap';

const ABOUT = { id: 's1', protocol: 'Native', workflow: 'w', owner: 'o', experiment: 'e' } as const;
const NEW = newStream({ ...ABOUT, dataPv: '', reportPv: '' }, 0);

function take(stream: Stream, given: Omit<GivenReport, 'streamId'>): Stream {
  return takeReport(stream, { streamId: 's1', ...given }, 1);
}

void tap.test('a report before which some were not seen may be several steps ahead, but not behind the end', (t) => {
  const connected = take(NEW, { state: 'Connected' });
  t.throws(() => take(connected, { state: 'Streaming' }), { code: 'STREAM_ORDER' });
  const streaming = take(connected, { state: 'Streaming', hasMissed: true });
  t.match(streaming, { state: 'Streaming', report: { sequence: 2 } });
  t.throws(() => take(streaming, { state: 'Connected', hasMissed: true }), { code: 'STREAM_ORDER' });
  const done = take(NEW, { state: 'Done', hasMissed: true });
  t.throws(() => take(done, { state: 'Ready', hasMissed: true }), { code: 'STREAM_ENDED' });
  t.end();
});

void tap.test('a sequence that cannot be counted on is refused', (t) => {
  for (const sequence of [1.5, -1, 2 ** 60, NaN]) {
    t.throws(() => take(NEW, { sequence }), {
      code: 'SETPOINT_INVALID',
      message: /^sequence must be a whole number from 0 to 2\^53/u,
    });
  }
  t.end();
});

void tap.test(
  'what a report leaves in the stream can be restored: no number goes beyond what is counted on, not by the next one either',
  (t) => {
    const last = take(NEW, { sequence: Number.MAX_SAFE_INTEGER });
    t.throws(() => take(last, { message: 'next' }), { code: 'SETPOINT_INVALID', message: /^sequence must be/u });
    for (const receiveRate of [NaN, Infinity, -Infinity]) {
      t.throws(() => take(NEW, { receiveRate }), {
        code: 'SETPOINT_INVALID',
        message: /^receiveRate must be a number/u,
      });
    }
    t.same(streamSchema.parse(JSON.parse(JSON.stringify(last))).report, last.report);
    t.end();
  },
);

void tap.test('a report that is too long is refused, wherever its text is', (t) => {
  const half = 'ü'.repeat(250_001);
  t.throws(() => take(NEW, { message: half, results: half }), { code: 'SETPOINT_INVALID', message: /1000004 bytes/u });
  t.equal(take(NEW, { message: half }).report.message, half);
  t.end();
});

void tap.test('a progress that is no percentage, and results that are no JSON, are refused', (t) => {
  for (const progress of [-1, 100.5]) t.throws(() => take(NEW, { progress }), { code: 'SETPOINT_INVALID' });
  t.throws(() => take(NEW, { results: '{not' }), { code: 'SETPOINT_INVALID', message: /results are not JSON/u });
  t.equal(take(NEW, { results: '{"a": 1}', progress: 100 }).report.results, '{"a": 1}');
  t.end();
});

void tap.test('a wrong state is refused with the remedy', (t) => {
  t.throws(() => take(NEW, { state: 'Streaming' }), { code: 'STREAM_ORDER', message: /report Ready first/u });
  t.throws(() => take(NEW, { state: 'Cooking' }), { code: 'STREAM_ORDER', message: /may say Connected, .*, Failed$/u });
  t.end();
});

void tap.test('a commandPv that can be no PV is refused', (t) => {
  for (const commandPv of ['a\nb', 'a b', ' ', 'a\0', 'x'.repeat(256)]) {
    t.throws(() => take(NEW, { commandPv }), {
      code: 'SETPOINT_INVALID',
      message: /^commandPv must be the name of a PV/u,
    });
  }
  for (const commandPv of ['', 'x'.repeat(255), 'a:b{c}']) t.match(take(NEW, { commandPv }), { report: { commandPv } });
  t.end();
});
