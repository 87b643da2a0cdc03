import { StreamLinks } from 'dm-ioc/internal/slots/stream/stream-links';
import { newStream, streamWith, type Stream, type StreamLive } from 'dm-ioc/internal/slots/stream/stream';
import type { PvaClient } from 'epics-pva-ts';
import { EventEmitter, on, once } from 'node:events';
import tap from 'tap';

interface MonitorSettings {
  readonly signal: AbortSignal;
  readonly onConnection?: (isConnected: boolean) => void;
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
    if (onConnection !== undefined) this.tell.set(pv, onConnection);
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
  const host = { prefix: 'dm:', log: {}, save: () => Promise.resolve() };
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

/** A client that finds everything: all status objects say the same, once. */
class Finder extends LonelyClient {
  nReceived = 0;

  override async *monitor(pv: string, settings: MonitorSettings) {
    settings.onConnection?.(true);
    const isBad = pv.startsWith('c:2:');
    yield { fields: { receiverStats: { nReceived: isBad ? this.nReceived : 5 } }, changed: [] };
    yield* super.monitor(pv, settings);
  }
}

/** The state that two consumers bring about, and what is wrong with them. */
async function withConsumers(
  nReceived: number,
  heartbeatTimeoutS: number,
  isThere: (lost: string, nReported: number) => boolean,
): Promise<{ readonly lost: string; readonly logged: number }> {
  const consumers = { count: 2, controlPattern: 'c:*:control', statusPattern: 'c:*:status' };
  const stream = streamWith(streamNamed('s1'), { protocol: 'PvaPy', dataPv: '', consumers });
  let lost = '';
  let logged = 0;
  let nReported = -1;
  const log = { warn: () => (logged += 1) };
  const seen = new EventEmitter();
  const service = {
    streamIn: () => stream,
    slotNumbered: () => ({ inputs: { heartbeatTimeoutS } }),
    live: (_slot: number, _id: string, change: { readonly lost?: string }) => {
      lost = change.lost ?? lost;
      seen.emit('change');
    },
    report: (_slot: number, { state, nReceived: sum }: { readonly state: string; readonly nReceived: number }) => {
      if (state === 'Ready') nReported = sum;
      seen.emit('change');
      return Promise.resolve();
    },
  };
  const host = { prefix: 'dm:', log, save: () => Promise.resolve() };
  const client = Object.assign(new Finder(), { nReceived });
  const links = new StreamLinks(() => client as unknown as PvaClient, 1, service as never, host as never);
  const keepAlive = setInterval(() => undefined, 60_000);
  links.follow(stream);
  while (!isThere(lost, nReported)) await once(seen, 'change');
  clearInterval(keepAlive);
  links.close();
  return { lost, logged };
}

void tap.test('a consumer whose counts are none is an alarm and one line of the log, and holds nobody', async (t) => {
  for (const nReceived of [-1, 0.5, 2 ** 60]) {
    const { lost, logged } = await withConsumers(nReceived, 30, (problem, sum) => problem !== '' && sum === 5);
    t.match(lost, /^consumer 2: nReceived .* is no count$/u);
    t.equal(logged, 1);
  }
});

void tap.test('a consumer that is connected and says nothing is named', async (t) => {
  const { lost } = await withConsumers(5, 0.5, (problem) => problem !== '');
  t.equal(lost, 'consumer 1, 2 is silent for more than 0.5 s');
});
