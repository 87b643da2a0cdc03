import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { RestDataManagement } from 'dm/rest';
import type { BigServiceSettings, CallCount } from '../unit/dm/big-service.js';

/**
 * What following a DM with a long history costs: the thread that follows it (pauses, in milliseconds), and DM (requests and bytes by call),
 * while its history is read first and for a time after, beside the same program with nothing to do.
 * Run: node build/test/bench/dm-listing.js [--jobs 50000] [--active 10] [--seconds 60]
 */
const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '50000' },
    active: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
  },
});
const SECONDS = Number(values.seconds);
const IDLE_SECONDS = 10;
const WARM_UP_MS = 500;

interface Stub {
  readonly process: ChildProcess;
  readonly url: string;
  /** What it was asked for since the last time. */
  readonly counts: () => Promise<[string, CallCount][]>;
}

async function startStub(settings: Partial<BigServiceSettings>): Promise<Stub> {
  const child = fork(new URL('./stub-dm.js', import.meta.url), ['--settings', JSON.stringify(settings)]);
  const message = <T>(): Promise<T> => new Promise((resolve) => child.once('message', resolve));
  const { url } = await message<{ url: string }>();
  const counts = async (): Promise<[string, CallCount][]> => {
    const answer = message<{ counts: [string, CallCount][] }>();
    child.send('counts');
    return (await answer).counts;
  };
  return { process: child, url, counts };
}

/** Time of the processor that this thread has had, in milliseconds: other programs that keep the machine busy don't count. */
function threadCpuMs(): number {
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
}

/** Measures while `during` runs: the delay of a timer of 1 ms; the longest gap between two turns of a chain of such timers, and the longest work in one. */
async function pausesDuring(title: string, during: () => Promise<unknown>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let longestMs = 0;
  let lastMs = performance.now();
  let lastCpuMs = threadCpuMs();
  const works: number[] = [];
  let isOver = false;
  const turn = (): void => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
    const cpuMs = threadCpuMs();
    works.push(cpuMs - lastCpuMs);
    lastCpuMs = cpuMs;
    if (!isOver) setTimeout(turn, 1);
  };
  delay.enable();
  turn();
  await during();
  isOver = true;
  delay.disable();
  const ms = (nanoseconds: number): string => (nanoseconds / 1e6).toFixed(1).padStart(8);
  works.sort((a, b) => a - b);
  const work999 = works[Math.floor(works.length * 0.999)] ?? 0;
  console.log(
    `${title.padEnd(44)} p50 ${ms(delay.percentile(50))}  p99.9 ${ms(delay.percentile(99.9))}  longest ${ms(delay.max)}  gap ${longestMs.toFixed(1).padStart(7)}  work p99.9 ${work999.toFixed(1).padStart(6)}  longest ${(works.at(-1) ?? 0).toFixed(1).padStart(6)}`,
  );
}

function printCounts(counts: [string, CallCount][]): void {
  for (const [call, { requests, entries, bytes }] of counts) {
    const kilobytes = (bytes / 1000).toFixed(1).padStart(9);
    console.log(
      `    ${call.padEnd(16)} ${String(requests).padStart(5)} requests ${String(entries).padStart(7)} entries ${kilobytes} kB`,
    );
  }
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

async function follow(title: string, settings: Partial<BigServiceSettings>, loginFile: string): Promise<void> {
  const stub = await startStub({ nJobs: Number(values.jobs), nActive: Number(values.active), ...settings });
  const { url } = stub;
  const client = new RestDataManagement({ ds: url, daq: url, cat: url, proc: url, station: '25IDC', loginFile });
  const wanted = Math.min(Number(values.jobs), 1_000);
  let nTold = 0;
  client.changes.on('job', () => (nTold += 1));
  console.log(`\n${title}`);
  const begunMs = performance.now();
  let readMs = 0;
  await pausesDuring('  first reading', async () => {
    await client.start();
    while (nTold < wanted) await sleep(5);
    readMs = performance.now() - begunMs;
    await sleep(WARM_UP_MS);
  });
  console.log(`    ${nTold} jobs told in ${readMs.toFixed(0)} ms`);
  printCounts(await stub.counts());
  await pausesDuring(`  ${SECONDS} s after it`, () => sleep(SECONDS * 1000));
  printCounts(await stub.counts());
  await client.close();
  stub.process.disconnect();
}

const directory = await mkdtemp(join(tmpdir(), 'dm-listing-'));
try {
  const loginFile = join(directory, 'login');
  await writeFile(loginFile, 'user2bm|secret\n');
  console.log(`a DM of ${values.jobs} jobs, ${values.active} of them active; pauses of the thread in ms\n`);
  await pausesDuring('nothing to do', () => sleep(IDLE_SECONDS * 1000));
  await follow('obeys queries and cuts pages, oldest first', {}, loginFile);
  await follow('obeys no query', { obeysQueries: false }, loginFile);
  await follow('obeys no query and cuts no pages', { obeysQueries: false, cutsPages: false }, loginFile);
  await follow('also 50,000 uploads, which come whole', { nUploads: 50_000 }, loginFile);
} finally {
  await rm(directory, { recursive: true, force: true });
}
