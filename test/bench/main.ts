// Measures this IOC beside its rivals in one run, and prints ratios with their spread as a table.
// usage: node main.js [--rounds 5] [--seconds 2] [--only TEXT]   TEXT: part of a title
import { parseArgs } from 'node:util';
import { BenchServer, DM_IOC, SERVER_KINDS } from './bench-server.js';
import { caPutRate, caPutUs, caStorm, pvaPut, pvaStorm } from './bench-driver.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const PREFIX = 'bench';
const PVS = 100;
const PUBLISHED = 100_000;

/** All samples of one figure, by server. */
type Samples = Map<string, number[]>;

interface Figure {
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
  readonly measure: (server: BenchServer) => Promise<number>;
  readonly applies: (server: BenchServer) => boolean;
}

const speaks =
  (protocol: 'CA' | 'PVA') =>
  (server: BenchServer): boolean =>
    server.kind.protocols.includes(protocol);
const posts =
  (protocol: 'CA' | 'PVA') =>
  (server: BenchServer): boolean =>
    server.kind.hasApplication && speaks(protocol)(server);

const failings: string[] = [];
function complete(server: BenchServer, seen: { starvedPvs: number; pvsWithLastValue: number }, how: string): void {
  if (seen.starvedPvs > 0) failings.push(`${server.kind.name}, ${how}: ${seen.starvedPvs} PVs had no update`);
  if (seen.pvsWithLastValue !== PVS) failings.push(`${server.kind.name}, ${how}: the last value didn't arrive`);
}

const FIGURES: readonly Figure[] = [
  {
    title: 'CA put-callback, one at a time',
    unit: 'µs',
    digits: 0,
    applies: speaks('CA'),
    measure: (server) => caPutUs(server, PREFIX, seconds),
  },
  {
    title: `CA put-callback, ${PVS} outstanding`,
    unit: 'puts/s',
    digits: 0,
    applies: speaks('CA'),
    measure: (server) => caPutRate(server, PREFIX, PVS, seconds),
  },
  {
    title: 'PVA put with block, one at a time',
    unit: 'µs',
    digits: 0,
    applies: speaks('PVA'),
    measure: async (server) => (await pvaPut(server, PREFIX, 1, seconds)).us,
  },
  {
    title: 'publish from the application, no client',
    unit: 'values/s',
    digits: 0,
    applies: (server) => server.kind.hasApplication,
    measure: async (server) => (await server.ask(`publish ${PUBLISHED}`))['publishedPerSecond'] as number,
  },
  {
    title: `${PVS} PVs posted as fast as possible, delivered over CA`,
    unit: 'updates/s',
    digits: 0,
    applies: posts('CA'),
    measure: async (server) => {
      const seen = await caStorm(server, PREFIX, PVS, seconds);
      complete(server, seen, 'storm over CA');
      return seen.updatesPerSecond;
    },
  },
  {
    title: `${PVS} PVs posted as fast as possible, delivered over PVA`,
    unit: 'updates/s',
    digits: 0,
    applies: posts('PVA'),
    measure: async (server) => {
      const seen = await pvaStorm(server, PREFIX, PVS, seconds);
      complete(server, seen, 'storm over PVA');
      return seen.updatesPerSecond;
    },
  },
];

function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

async function measure(figure: Figure, servers: readonly BenchServer[]): Promise<Samples> {
  const samples: Samples = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const server of servers.filter(figure.applies)) {
      const list = samples.get(server.kind.name) ?? [];
      list.push(await figure.measure(server));
      samples.set(server.kind.name, list);
    }
  }
  return samples;
}

/** A ratio is taken within a round, so that a machine that slows down slows both. */
function print(figure: Figure, samples: Samples): void {
  const ours = samples.get(DM_IOC) ?? [];
  process.stdout.write(
    `\n### ${figure.title}\n\n| server | ${figure.unit}, median | dm-ioc / it: median (min to max) |\n|---|---:|---:|\n`,
  );
  for (const [name, list] of samples) {
    const ratios = list.map((value, round) => (ours[round] ?? NaN) / value);
    const spread = `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
    process.stdout.write(`| ${name} | ${median(list).toFixed(figure.digits)} | ${name === DM_IOC ? '' : spread} |\n`);
  }
}

const servers = [];
for (const kind of SERVER_KINDS) servers.push(await BenchServer.start(kind, PREFIX, PVS));
try {
  process.stdout.write(`Node ${process.version}, ${rounds} rounds of ${seconds} s, servers and clients on loopback\n`);
  const wanted = FIGURES.filter(({ title }) => title.includes(values.only));
  for (const figure of wanted) print(figure, await measure(figure, servers));
  for (const failing of failings) process.stdout.write(`\n- ${failing}`);
  process.stdout.write('\n');
} finally {
  await Promise.all(servers.map((server) => server.stop()));
}
