// The PVAccess client of the benchmark, on pvxs without the friendly layer, and the cost of posting a table. It prints
// one line of JSON. The server is found by the EPICS_PVA_* variables.
// usage: node pva-driver.js put PREFIX COUNT SECONDS       puts with block to PREFIX:set0..: one at a time, then COUNT outstanding
//        node pva-driver.js monitor PREFIX COUNT SECONDS   monitors of PREFIX:get0.., counted until SECONDS after the first
//                                                          update (or none, for 5 more) and until they have been
//                                                          quiet for a second
//        node pva-driver.js table ROWS COLUMNS POSTS       NTTable: one row changed, all rows changed; no client
import { ntTable, PvaServer } from 'epics-pva-ts';
import { type ContextHandle, type OperationHandle, pvxs, type SubscriptionHandle, type ValueHandle } from 'node-pvxs';

interface PreparedPut {
  put(value: number): Promise<void>;
  close(): void;
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function preparePut(context: ContextHandle, name: string): Promise<PreparedPut> {
  return new Promise((resolve, reject) => {
    const options = { request: 'record[block=true]', server: null };
    const ready = (prototype: ValueHandle): void => {
      resolve({
        put: (value) => sendPut(operation, prototype, value),
        close: () => {
          pvxs.operationCancel(operation);
        },
      });
    };
    const operation = pvxs.contextPut(context, name, options, ready, (error) => {
      if (error) reject(error);
    });
  });
}

function sendPut(operation: OperationHandle, prototype: ValueHandle, number: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const value = pvxs.valueCloneEmpty(prototype);
    pvxs.valueAssign(value, { value: number });
    pvxs.operationPut(operation, value, (error) => {
      pvxs.valueDispose(value);
      if (error) reject(error);
      else resolve();
    });
  });
}

async function measurePuts(prefix: string, count: number, seconds: number): Promise<Record<string, number>> {
  const context = pvxs.contextCreateFromEnv();
  const puts = await Promise.all(Array.from({ length: count }, (_, i) => preparePut(context, `${prefix}:set${i}`)));
  const first = puts[0];
  if (!first) throw new Error('COUNT must be at least 1');
  for (let i = 0; i < 100; i++) await first.put(i);
  const latencies: number[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    const before = performance.now();
    await first.put(latencies.length);
    latencies.push(performance.now() - before);
  }
  let done = 0;
  const started = performance.now();
  const end = started + seconds * 1000;
  await Promise.all(
    puts.map(async (prepared) => {
      for (; performance.now() < end; done++) await prepared.put(done);
    }),
  );
  const outstandingPerSecond = (done / (performance.now() - started)) * 1000;
  for (const prepared of puts) prepared.close();
  pvxs.contextClose(context);
  latencies.sort((a, b) => a - b);
  return {
    medianMs: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    putsPerSecond: latencies.length / seconds,
    outstanding: count,
    outstandingPerSecond,
  };
}

interface Followed {
  subscription: SubscriptionHandle | null;
  updates: number;
  last: ValueHandle | null;
}

function follow(context: ContextHandle, name: string, onUpdate: () => void): Followed {
  const followed: Followed = { subscription: null, updates: 0, last: null };
  followed.subscription = pvxs.contextMonitor(context, name, { request: 'field(value)', server: null }, () => {
    if (!followed.subscription) return;
    const { count, last } = pvxs.subscriptionSkim(followed.subscription);
    if (!last) return;
    if (followed.last) pvxs.valueDispose(followed.last);
    followed.last = last;
    followed.updates += count;
    onUpdate();
  });
  return followed;
}

async function measureMonitors(prefix: string, count: number, seconds: number): Promise<Record<string, unknown>> {
  const context = pvxs.contextCreateFromEnv();
  let lastUpdate = 0;
  const pvs = Array.from({ length: count }, (_, i) =>
    follow(context, `${prefix}:get${i}`, () => {
      lastUpdate = performance.now();
    }),
  );
  const poll = async (until: () => boolean): Promise<void> => {
    while (!until()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await poll(() => pvs.every((pv) => pv.updates > 0));
  process.stderr.write('connected\n');
  const initial = pvs.map((pv) => pv.updates);
  const total = (): number => pvs.reduce((sum, pv, i) => sum + pv.updates - (initial[i] ?? 0), 0);
  const giveUp = performance.now() + (seconds + 5) * 1000;
  await poll(() => total() > 0 || performance.now() > giveUp);
  const started = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const delivered = pvs.map((pv, i) => pv.updates - (initial[i] ?? 0));
  const updatesPerSecond = (total() / (performance.now() - started)) * 1000;
  await poll(() => performance.now() - lastUpdate > 1000);
  const lasts = pvs.flatMap(({ last }) => (last ? [(pvxs.valueToJs(last, false) as { value: number }).value] : []));
  const stats = pvs.flatMap(({ subscription }) => (subscription ? [pvxs.subscriptionStat(subscription, false)] : []));
  pvxs.contextClose(context);
  delivered.sort((a, b) => a - b);
  return {
    updatesPerSecond,
    perPv: { min: quantile(delivered, 0), median: quantile(delivered, 0.5), max: delivered.at(-1) },
    starved: delivered.filter((updates) => updates === 0).length,
    last: { min: Math.min(...lasts), max: Math.max(...lasts) },
    squashed: stats.reduce((sum, stat) => sum + stat.nSrvSquash + stat.nCliSquash, 0),
  };
}

type Table = Record<string, readonly (string | number)[]>;

// Half of the columns are text, half numbers, as in a table of jobs. Each value is made outside of the measurement;
// the median counts, so that other load matters less.
function measureTable(rows: number, columns: number, posts: number): Record<string, number> {
  const names = Array.from({ length: columns }, (_, i) => `column${i}`);
  const isText = (column: number): boolean => column % 2 === 0;
  const types = names.map((name, i) => [name, { type: isText(i) ? 'string' : 'float64' }] as const);
  const server = PvaServer.isolated();
  const table = server.add('bench:table', ntTable(Object.fromEntries(types)));
  const cell = (row: number, column: number, round: number): string | number =>
    isText(column) ? `row ${row} of ${round}` : row + round;
  const build = (round: number): Table =>
    Object.fromEntries(names.map((name, i) => [name, Array.from({ length: rows }, (_, row) => cell(row, i, round))]));
  const base = build(0);
  const changeRow = (round: number, changedColumns: number): Table =>
    Object.fromEntries(
      names.map((name, i) => {
        const column = [...(base[name] ?? [])];
        if (i < changedColumns) column[round % rows] = cell(round % rows, i, round);
        return [name, column];
      }),
    );
  const measure = (make: (round: number) => Table): number => {
    const timesUs: number[] = [];
    for (let round = -20; round < posts; round++) {
      const value = make(round + 21);
      const before = performance.now();
      table.post(value as never);
      if (round >= 0) timesUs.push((performance.now() - before) * 1000);
    }
    return quantile(
      timesUs.sort((a, b) => a - b),
      0.5,
    );
  };
  const allChangedUs = measure(build);
  table.post(base as never);
  const oneRowUs = measure((round) => changeRow(round, columns));
  const twoCellsUs = measure((round) => changeRow(round, 2));
  table.post(base as never);
  const unchangedUs = measure((round) => changeRow(round, 0));
  server.close();
  return { rows, columns, allChangedUs, oneRowUs, twoCellsUs, unchangedUs };
}

const [, , command, first = '', second = '0', third = '1'] = process.argv;
pvxs.retainLoop();
const commands: Readonly<Record<string, () => unknown>> = {
  put: () => measurePuts(first, Number(second), Number(third)),
  monitor: () => measureMonitors(first, Number(second), Number(third)),
  table: () => measureTable(Number(first), Number(second), Number(third)),
};
const run = commands[command ?? ''];
if (run) {
  process.stdout.write(`${JSON.stringify(await run())}\n`);
} else {
  process.stderr.write('usage: pva-driver put|monitor PREFIX COUNT SECONDS | table ROWS COLUMNS POSTS\n');
  process.exitCode = 2;
}
pvxs.releaseLoop();
