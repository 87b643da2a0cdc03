import { StreamLinks } from 'dm-ioc/internal/slots/stream/stream-links';
import { newStream, streamWith, type Stream } from 'dm-ioc/internal/slots/stream/stream';
import type { PvaClient } from 'epics-pva-ts';
import { EventEmitter, on } from 'node:events';
import tap from 'tap';

/** A client that finds nothing; its monitors end with their signals. */
class LonelyClient {
  readonly settings = { EPICS_PVA_ADDR_LIST: '127.0.0.1:5076' };
  readonly followed: string[] = [];
  isClosed = false;

  monitor(pv: string, { signal }: { readonly signal: AbortSignal }): AsyncIterable<unknown> {
    this.followed.push(pv);
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
