import { CommandLink } from 'dm-ioc/internal/slots/stream/command-link';
import { sumOf } from 'dm-ioc/internal/slots/stream/consumers';
import { DataLink } from 'dm-ioc/internal/slots/stream/data-link';
import { ReportLink } from 'dm-ioc/internal/slots/stream/report-link';
import type { DataView } from 'dm-ioc/internal/slots/stream/stream';
import type { GivenReport } from 'dm-ioc/internal/slots/stream/take-report';
import { PvaError, type PvaClient } from 'epics-pva-ts';
import { once } from 'node:events';
import tap from 'tap';

type Fields = Readonly<Record<string, unknown>>;

/** A client that is connected at once and gets these updates, or is refused with an error. */
function clientOf(updates: readonly Fields[] | Error, put?: () => Promise<void>): PvaClient {
  async function* monitor(_pv: string, settings: { signal: AbortSignal; onConnection: (is: boolean) => void }) {
    if (updates instanceof Error) throw updates;
    settings.onConnection(true);
    for (const fields of updates) yield await Promise.resolve({ fields, alarm: null });
    await once(settings.signal, 'abort');
  }
  return { settings: {}, monitor, put } as unknown as PvaClient;
}

/** How the data is shown as soon as it is as wanted. */
async function dataOf(client: PvaClient, isWanted: (view: DataView) => boolean): Promise<DataView> {
  const keepAlive = setInterval(() => undefined, 1000);
  let link: DataLink | undefined;
  const view = await new Promise<DataView>((resolve) => {
    link = new DataLink(client, 'x:data', (shown) => {
      if (isWanted(shown)) resolve(shown);
    });
  });
  clearInterval(keepAlive);
  link?.close();
  return view;
}

void tap.test('what a DataPv lacks is said, and what it must have, while the link stays', async (t) => {
  const needs = /; a DataPv needs the fields uniqueId, a whole number, and timeStamp, as NTNDArray has them$/u;
  for (const [uniqueId, what] of [
    [1.5, '1.5'],
    [NaN, 'NaN'],
    ['7', 'no number'],
  ] as const) {
    const view = await dataOf(
      clientOf([{ uniqueId: 3 }, { uniqueId }]),
      ({ count, problem }) => count === 1 && problem !== '',
    );
    t.match(view, { isConnected: true, lastId: 3, problem: needs });
    t.ok(view.problem.startsWith(`x:data: uniqueId is ${what};`), view.problem);
  }
  const good = [{ uniqueId: 1 }, { uniqueId: 1.5 }, { uniqueId: 2 }];
  t.match(await dataOf(clientOf(good), ({ count }) => count === 2), { problem: '', missed: 0, lastId: 2 });
  const refused = await dataOf(clientOf(new Error('no such field')), ({ problem }) => problem !== '');
  t.match(refused.problem, /^x:data: no such field; a DataPv needs /u);
});

void tap.test('of a report object only fields of the right types are taken', async (t) => {
  const given = {
    streamId: 's1',
    state: 'Ready',
    sequence: [7],
    progress: [5],
    nReceived: true,
    nDropped: '3',
    stage: 4,
  };
  const report = await new Promise<GivenReport>((resolve) => {
    const link = new ReportLink({
      client: clientOf([{ ...given, nProcessed: 9n, receiveRate: 2.5 }]),
      pv: 'x:report',
      streamId: 's1',
      onReport: (said) => {
        resolve(said);
        link.close();
        return Promise.resolve();
      },
      onConnection: () => undefined,
      onRefused: () => undefined,
    });
  });
  t.same(report, { streamId: 's1', state: 'Ready', nProcessed: 9, receiveRate: 2.5, hasMissed: true });
});

void tap.test('a command object whose fields have odd types is told what it should have', async (t) => {
  const put = () => Promise.reject(new PvaError('PVA_TYPE', 'x:command: sequence: a string takes a string'));
  const said = await new Promise((resolve) => {
    const link = new CommandLink({
      client: clientOf([{ command: '', sequence: '' }], put),
      pv: 'x:command',
      streamId: 's1',
      onAnswer: (...answer) => {
        resolve(answer);
        link.close();
      },
      onConnection: () => undefined,
    });
    const command = {
      sequence: 1,
      command: 'c',
      arguments: '{}',
      source: '',
      requestId: '',
      issuedMs: 0,
      limitMs: null,
    };
    link.forward([command]);
  });
  t.match(said, [
    1,
    'refused',
    /takes a string; the object should have streamId, .* as strings, sequence as an int64$/u,
  ]);
});

void tap.test('the counts and rates of many consumers, added up, are numbers that a report may hold', (t) => {
  const counts = { nReceived: 2 ** 53 - 2, nProcessed: 3, nDropped: 1, receiveRate: 1e308, processRate: -1e308 };
  const about = { isConnected: true, wasConnected: true, away: [], problem: '', heardMs: 0 };
  const consumers = [1, 2].map((id) => ({ id, ...about, counts }));
  const sum = { nReceived: Number.MAX_SAFE_INTEGER, nProcessed: 6, nDropped: 2, receiveRate: Number.MAX_VALUE };
  t.same(sumOf(consumers), { ...sum, processRate: -Number.MAX_VALUE });
  t.end();
});
