import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { PvaClient } from 'epics-pva-ts';
import { CaClient } from 'node-epics-ca';
import { IocProcess } from '../system/ioc-process.js';
import { spreadOf } from './ca-driver/spread.js';

/**
 * The program as a whole: start, memory, how fast a change in the local engine reaches a monitor, and what it costs when idle.
 * Linux only, as it reads /proc. Run: node build/test/bench/dm-program.js [--rounds 5] [--changes 300] [--jobs 1000] [--idle 20]
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    changes: { type: 'string', default: '300' },
    jobs: { type: 'string', default: '1000' },
    idle: { type: 'string', default: '20' },
  },
});
const CLOCK_TICKS_PER_SECOND = 100;
const base = mkdtempSync(join(tmpdir(), 'dm-program-'));
const workflows = join(base, 'workflows');
mkdirSync(workflows);
writeFileSync(join(workflows, 'quick.yaml'), 'stages: { "1": { command: "true" } }\n');
writeFileSync(join(workflows, 'long.yaml'), 'stages: { "1": { command: "exec sleep 600" } }\n');

let started = 0;
function startIoc(settings: readonly string[] = []): Promise<IocProcess> {
  started += 1;
  return IocProcess.start(join(base, `dm${started}`), [`dm.local.workflows=${workflows}`, ...settings]);
}

function print(title: string, text: string): void {
  console.log(`${title.padEnd(52)} ${text}`);
}

function residentMb({ child }: IocProcess): string {
  const kilobytes = /^VmRSS:\s+(?<kb>\d+)/mu.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8'))?.groups;
  return `${(Number(kilobytes?.['kb']) / 1024).toFixed(0)} MB`;
}

function cpuSeconds({ child }: IocProcess): number {
  const fields =
    readFileSync(`/proc/${child.pid ?? 0}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

async function measureStart(): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const beganMs = performance.now();
    const ioc = await startIoc();
    const client = new PvaClient({ environment: ioc.clientEnvironment });
    await client.get('dm:Heartbeat');
    times.push(performance.now() - beganMs);
    client.close();
    await ioc.stop();
  }
  const { min, median, max } = spreadOf(times);
  print('start until a PV answers', `${median.toFixed(0)} ms (${min.toFixed(0)} to ${max.toFixed(0)})`);
}

async function measureMemory(): Promise<void> {
  const ioc = await startIoc();
  print('resident memory, default slots', residentMb(ioc));
  const client = new PvaClient({ environment: ioc.clientEnvironment });
  for (let job = 0; job < Number(values.jobs); job += 1) {
    await client.rpc('dm:rpc:startWorkflow', { workflow: 'quick', args: '{"filePath": "/dev/null"}' });
  }
  await client.put('dm:Job:WaitIdle', 1, { block: true });
  print(`resident memory after ${values.jobs} jobs`, residentMb(ioc));
  client.close();
  await ioc.stop();
}

/** @param follow calls back at each update, with the status' index */
async function changes(
  client: PvaClient,
  follow: (onStatus: (index: number) => void, signal: AbortSignal) => Promise<void>,
): Promise<readonly number[]> {
  const RUNNING = 2;
  let runningMs = NaN;
  const ended = new AbortController();
  const following = follow((index) => {
    if (index === RUNNING) runningMs = performance.timeOrigin + performance.now();
  }, ended.signal).catch(() => undefined);
  const delays: number[] = [];
  for (let change = 0; change < Number(values.changes); change += 1) {
    await client.put('dm:WF1:Run', 1, { block: true });
    const id = (await client.get<string>('dm:WF1:JobId')).value;
    const { json } = (await client.rpc('dm:rpc:getJob', { id })).fields as { json: string };
    const { startTime } = JSON.parse(json) as { startTime: number };
    if (change > 0) delays.push(runningMs - startTime * 1000);
  }
  ended.abort();
  await following;
  return delays;
}

async function measureLatency(): Promise<void> {
  const ioc = await startIoc();
  const ca = new CaClient({ environment: ioc.clientEnvironment });
  const pva = new PvaClient({ environment: ioc.clientEnvironment });
  await pva.put('dm:WF1:Workflow', 'quick', { block: true });
  await pva.put('dm:WF1:FilePath', '/dev/null', { block: true });
  const report = (protocol: string, delays: readonly number[]): void => {
    const { median, p95, max } = spreadOf(delays);
    const text = `median ${median.toFixed(1)} ms, 95 % ${p95.toFixed(1)} ms, worst ${max.toFixed(1)} ms`;
    print(`a change in DM until the monitor, ${protocol}`, text);
  };
  report(
    'CA',
    await changes(pva, async (onStatus, signal) => {
      for await (const update of ca.monitor('dm:WF1:Status', { signal }))
        if (update.connected) onStatus(Number(update.value));
    }),
  );
  report(
    'PVA',
    await changes(pva, async (onStatus, signal) => {
      for await (const update of pva.monitor<{ readonly index: number }>('dm:WF1:Status', { signal }))
        onStatus(update.value.index);
    }),
  );
  await ca.close();
  pva.close();
  await ioc.stop();
}

async function measureIdle(): Promise<void> {
  const SLOTS = 25;
  const ioc = await startIoc([`slots.daq=${SLOTS}`, `slots.workflow=${SLOTS}`, `dm.local.maxJobs=${SLOTS}`]);
  const client = new PvaClient({ environment: ioc.clientEnvironment });
  const put = (pv: string, value: string | number): Promise<void> => client.put(`dm:${pv}`, value, { block: true });
  await put('Experiment', 'demo');
  for (let slot = 1; slot <= SLOTS; slot += 1) {
    const directory = join(base, `watched${slot}`);
    mkdirSync(directory);
    await put(`DAQ${slot}:DataDirectory`, directory);
    await put(`DAQ${slot}:DestDirectory`, `watched${slot}`);
    await put(`DAQ${slot}:Start`, 1);
    await put(`WF${slot}:Workflow`, 'long');
    await put(`WF${slot}:FilePath`, '/dev/null');
    await put(`WF${slot}:Start`, 1);
  }
  const seconds = Number(values.idle);
  const before = cpuSeconds(ioc);
  await delay(seconds * 1000);
  const percent = ((cpuSeconds(ioc) - before) / seconds) * 100;
  print(`share of a core with ${2 * SLOTS} active slots`, `${percent.toFixed(1)} %`);
  client.close();
  await ioc.stop();
}

try {
  await measureStart();
  await measureMemory();
  await measureLatency();
  await measureIdle();
} finally {
  rmSync(base, { recursive: true, force: true });
}
