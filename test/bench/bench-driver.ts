import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { BenchServer } from './bench-server.js';

/** What a monitoring client saw of a storm. */
export interface StormSeen {
  readonly updatesPerSecond: number;
  readonly starvedPvs: number;
  readonly pvsWithLastValue: number;
}

const CA_DRIVER = 'build/test/bench/ca-driver/main.js';
const PVA_DRIVER = 'build/test/bench/pva-driver.js';

/** Run one of our own native clients against a server and give the JSON that it prints. */
export async function drive(server: BenchServer, script: string, args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [script, ...args], {
    env: server.environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${script} against ${server.kind.name} ended with ${code}`);
  return JSON.parse(output);
}

/** Microseconds of one put with completion, median. */
export async function caPutUs(server: BenchServer, prefix: string, seconds: number): Promise<number> {
  const answer = await drive(server, CA_DRIVER, ['put-latency', '--prefix', prefix, '--seconds', String(seconds)]);
  return (answer as { microseconds: { median: number } }).microseconds.median;
}

/** Puts with completion a second, `count` outstanding. */
export async function caPutRate(server: BenchServer, prefix: string, count: number, seconds: number): Promise<number> {
  const args = ['put-rate', '--prefix', prefix, '--count', String(count), '--seconds', String(seconds)];
  return ((await drive(server, CA_DRIVER, args)) as { putsPerSecond: number }).putsPerSecond;
}

/** The same over PVAccess with block: microseconds one at a time, and rate with `count` outstanding. */
export async function pvaPut(
  server: BenchServer,
  prefix: string,
  count: number,
  seconds: number,
): Promise<{ readonly us: number; readonly rate: number }> {
  const args = ['put', prefix, String(count), String(seconds)];
  const answer = (await drive(server, PVA_DRIVER, args)) as { medianMs: number; outstandingPerSecond: number };
  return { us: answer.medianMs * 1000, rate: answer.outstandingPerSecond };
}

/** Monitor all readbacks over Channel Access while the server posts as fast as it can. */
export async function caStorm(server: BenchServer, prefix: string, count: number, seconds: number): Promise<StormSeen> {
  const child = spawn(process.execPath, [CA_DRIVER, 'monitor', '--prefix', prefix, '--count', String(count)], {
    env: server.environment,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  await lines.next();
  const { last } = await server.ask(`storm ${seconds}`);
  child.stdin.end(`${String(last)}\n`);
  const result = await lines.next();
  return JSON.parse(String(result.value)) as StormSeen;
}

/** The same over PVAccess. */
export async function pvaStorm(
  server: BenchServer,
  prefix: string,
  count: number,
  seconds: number,
): Promise<StormSeen> {
  const child = spawn(process.execPath, [PVA_DRIVER, 'monitor', prefix, String(count), String(seconds)], {
    env: server.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(createInterface(child.stderr), 'line');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const [{ last }, result] = await Promise.all([server.ask(`storm ${seconds}`), lines.next()]);
  const seen = JSON.parse(String(result.value)) as {
    updatesPerSecond: number;
    starved: number;
    last: { min: number; max: number };
  };
  const isLast = seen.last.min === last && seen.last.max === last;
  return { updatesPerSecond: seen.updatesPerSecond, starvedPvs: seen.starved, pvsWithLastValue: isLast ? count : -1 };
}
