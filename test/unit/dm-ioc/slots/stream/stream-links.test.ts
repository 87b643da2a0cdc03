import { StreamLinks } from 'dm-ioc/internal/slots/stream/stream-links';
import { newStream, streamWith, type Stream, type StreamLive } from 'dm-ioc/internal/slots/stream/stream';
import type { PvaClient } from 'epics-pva-ts';
import { EventEmitter, on } from 'node:events';
import tap from 'tap';

interface MonitorSettings {
  readonly signal: AbortSignal;
  readonly onConnection: (isConnected: boolean) => void;
}

/** A client that finds nothing; its monitors end with their signals. */
class LonelyClient {
  readonly settings = { EPICS_PVA_ADDR_LIST: '127.0.0.1:5076' };
  readonly followed: string[] = [];
  /** Tell of each PV whether it is connected. */
  readonly tell = new Map<string, (isConnected: boolean) => void>();
  isClosed = false;

  monitor(pv: string, { signal, onConnection }: MonitorSettings): AsyncIterable<unknown> {
    this.followed.push(pv);
    this.tell.set(pv, onConnection);
    return on(new EventEmitter(), 'update', { signal });
  }

  close(): void {
    this.isClosed = true;
  }
}

function streamNamed(id: string): Stream {
  const about = { id, protocol: 'Native', workflow: 'w', owner: 'o', experiment: '', dataPv: 'frames' } as const;
  return newStream({ ...about, reportPv: 'report' }, 0);
}

void tap.test('each stream is searched for anew, by a client that has not searched in vain before', (t) => {
  const clients: LonelyClient[] = [];
  const newClient = (): PvaClient => {
    clients.push(new LonelyClient());
    return clients.at(-1) as unknown as PvaClient;
  };
  const service = { streamIn: () => null, live: () => undefined };
  const host = { prefix: 'dm:', save: () => Promise.resolve() };
  const links = new StreamLinks(newClient, 1, service as never, host as never);
  const first = streamNamed('s1');
  links.follow(null);
  t.equal(clients.length, 0, 'nothing is followed without a stream');
  links.follow(first);
  links.follow(streamWith(first, { state: 'Ready' }));
  t.match(clients, [{ followed: ['frames', 'report'], isClosed: false }]);
  links.follow(streamNamed('s2'));
  t.match(clients, [{ isClosed: true }, { followed: ['frames', 'report'], isClosed: false }]);
  links.follow(streamWith(streamNamed('s2'), { state: 'Done' }));
  t.match(clients, [{ isClosed: true }, { isClosed: true }], 'of a stream that has ended nothing is followed');
  links.follow(streamNamed('s3'));
  links.close();
  t.equal(clients.at(-1)?.isClosed, true);
  t.end();
});

void tap.test('what a stream needs no more is not missed: the alarm of a lost object ends with its link', (t) => {
  const client = new LonelyClient();
  let stream = streamWith(streamNamed('s1'), { state: 'Ready', reportPv: '', dataPv: '' });
  const report = (commandPv: string): void => {
    stream = streamWith(stream, { report: { ...stream.report, commandPv } });
    links.follow(stream);
  };
  const live = (_slot: number, _id: string, change: Partial<StreamLive>): void => {
    stream = streamWith(stream, { live: { ...stream.live, ...change } });
    links.follow(stream);
  };
  const service = { streamIn: () => stream, live };
  const host = { prefix: 'dm:', save: () => Promise.resolve() };
  const links = new StreamLinks(() => client as unknown as PvaClient, 1, service as never, host as never);
  for (const next of ['b:good', '', 'dm:Stream1:Command']) {
    report('a:gone');
    client.tell.get('a:gone')?.(true);
    client.tell.get('a:gone')?.(false);
    t.equal(stream.live.lost, 'a:gone is not connected');
    report(next);
    t.equal(stream.live.lost, '', `with ${next || 'none'}`);
    client.tell.get('a:gone')?.(false);
    t.equal(stream.live.lost, '', 'what is told late counts no more');
  }
  links.close();
  t.end();
});
