import { consumerPvs, consumersOf } from 'dm-ioc/internal/slots/stream/consumers-of';
import { newStream, streamWith, type Stream, type StreamConsumers } from 'dm-ioc/internal/slots/stream/stream';
import tap from 'tap';

const INPUTS = { nConsumers: 2, controlPattern: 'c:*:control', statusPattern: 'c:*:status' };

function other(consumers: StreamConsumers): { readonly name: string; readonly stream: Stream } {
  const about = { id: 's2', protocol: 'PvaPy', workflow: 'w', owner: 'o', experiment: '', dataPv: '' } as const;
  return { name: 'Stream2', stream: newStream({ ...about, reportPv: '', consumers }, 0) };
}

void tap.test('consumers are named by their ids, and by the stream', (t) => {
  const patterns = { ...INPUTS, controlPattern: '$streamId:*:control' };
  const consumers = consumersOf('PvaPy', patterns, 's1', []);
  t.same(consumerPvs(consumers, 2), { control: 's1:2:control', status: 'c:2:status' });
  t.end();
});

void tap.test('consumers that would share a PV are refused, in one stream and over two', (t) => {
  t.throws(() => consumersOf('PvaPy', { ...INPUTS, controlPattern: 'c:control' }, 's1', []), {
    code: 'SETPOINT_INVALID',
    message: /^ControlPattern names c:control for 2 consumers: write \*/u,
  });
  for (const [controlPattern, statusPattern] of [
    ['same:*', 'same:*'],
    ['c:*', 'c:*1'],
  ] as const) {
    t.throws(() => consumersOf('PvaPy', { nConsumers: 11, controlPattern, statusPattern }, 's1', []), {
      code: 'SETPOINT_INVALID',
      message: /^(?:same:1|c:11) is named twice/u,
    });
  }
  const single = other({ count: 1, controlPattern: 'x', statusPattern: 'c:2:status' });
  t.throws(() => consumersOf('PvaPy', INPUTS, 's1', [single]), {
    code: 'SETPOINT_INVALID',
    message: /^c:2:status is a consumer's of Stream2, which goes on: put \$streamId/u,
  });
  const named = { ...INPUTS, controlPattern: '$streamId:*:control', statusPattern: '$streamId:*:status' };
  const apart = other(consumersOf('PvaPy', named, 's2', []));
  t.match(consumersOf('PvaPy', named, 's1', [apart]), { controlPattern: 's1:*:control' });
  t.match(consumersOf('Native', INPUTS, 's1', [single]), { count: 2 }, 'who speaks natively has none');
  const native = { ...single, stream: streamWith(single.stream, { protocol: 'Native' }) };
  t.match(consumersOf('PvaPy', INPUTS, 's1', [native]), { count: 2 });
  t.end();
});
