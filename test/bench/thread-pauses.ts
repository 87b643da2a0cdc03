import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PvaClient } from 'epics-pva-ts';
import { IocProcess } from '../system/ioc-process.js';
import { PutPinger } from './put-pinger.js';

/**
 * How long a client's put waits for the thread that answers EPICS: one put-callback after the other, every 2 ms, from a process of its own,
 * while the IOC works for DM. What is printed is the time of a put; an idle run of the same IOC stands first. The put is a command that
 * changes nothing: a setpoint is answered when it is on the disk, and would measure the disk.
 * Run: node build/test/bench/thread-pauses.js [--files 10000] [--upload-files 130000] [--jobs 10000] [--dm-jobs 50000] [--only TEXT] [--directory DIR]
 */
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    'upload-files': { type: 'string', default: '130000' },
    jobs: { type: 'string', default: '10000' },
    'dm-jobs': { type: 'string', default: '50000' },
    only: { type: 'string', default: '' },
    directory: { type: 'string', default: tmpdir() },
  },
});
const WANTED_P999_MS = 20;
const WANTED_LONGEST_MS = 50;
const IDLE_MS = 10_000;
/** The first reading of a long history, and two more rounds of the lists. */
const FOLLOW_MS = 60_000;
const base = await mkdtemp(join(values.directory, 'thread-pauses-'));

interface Bench {
  readonly client: PvaClient;
  readonly put: (pv: string, value: string | number) => Promise<void>;
  readonly until: (pv: string, fits: (value: unknown) => boolean) => Promise<void>;
}

const WORKFLOWS = {
  quick: 'stages: { "1": { command: "true" } }\n',
  long: 'stages: { "1": { command: "exec sleep 600" } }\n',
  worst:
    'stages: { "1": { command: "printf %065000d 0 | tr 0 .", outputVariableRegexList: [".*frames=(?P<n>\\\\d+)"] } }\n',
};

async function makeFiles(directory: string, nFiles: number, sizeBytes: number): Promise<string> {
  await mkdir(directory, { recursive: true });
  const content = Buffer.alloc(sizeBytes, 'x');
  for (let begin = 0; begin < nFiles; begin += 500) {
    const names = Array.from({ length: Math.min(500, nFiles - begin) }, (_name, index) => `f${begin + index}.dat`);
    await Promise.all(names.map((name) => writeFile(join(directory, name), content)));
  }
  return directory;
}

/** Keeps the disk busy with small durable writes, as another program would. */
function saturateDisk(): ChildProcess {
  const script = 'while :; do dd if=/dev/zero of="$0" bs=1M count=8 oflag=dsync 2>/dev/null; done';
  return spawn('/bin/sh', ['-c', script, join(base, 'saturate')], { stdio: 'ignore', detached: true });
}

async function idle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
}

async function storeByDaq({ put, until }: Bench): Promise<void> {
  const nFiles = Number(values.files);
  const source = await makeFiles(join(base, 'daq'), nFiles, 4096);
  const saturating = saturateDisk();
  try {
    await put('DAQ1:DataDirectory', source);
    await put('DAQ1:DestDirectory', 'daq');
    await put('DAQ1:ProcessExisting', 1);
    await put('DAQ1:Start', 1);
    await until('DAQ1:NCompleted', (value) => Number(value) === nFiles);
    await put('DAQ1:Stop', 1);
  } finally {
    if (saturating.pid !== undefined) process.kill(-saturating.pid, 'SIGKILL');
  }
}

async function upload({ put }: Bench, mode: string): Promise<void> {
  await put('Upload1:DataDirectory', await makeFiles(join(base, 'upload'), Number(values['upload-files']), 16));
  await put('Upload1:DestDirectory', mode);
  await put('Upload1:Mode', mode);
  await put('Upload1:Run', 1);
}

async function startJobs(client: PvaClient, workflow: string, nJobs: number): Promise<void> {
  const args = '{"filePath": "/dev/null"}';
  for (let begun = 0; begun < nJobs; begun += 50) {
    const calls = Array.from({ length: Math.min(50, nJobs - begun) }, () =>
      client.rpc('dm:rpc:startWorkflow', { workflow, args }),
    );
    await Promise.all(calls);
  }
}

async function pendingJobs({ client, until, put }: Bench): Promise<void> {
  const nJobs = Number(values.jobs);
  await put('WF1:Workflow', 'long');
  await put('WF1:FilePath', '/dev/null');
  await put('WF1:Start', 1);
  await startJobs(client, 'quick', nJobs);
  await until('Job:NPending', (value) => Number(value) === nJobs);
  await put('WF1:Abort', 1);
  await until('Job:NPending', (value) => Number(value) < nJobs - 500);
}

async function worstLine({ put, client }: Bench): Promise<void> {
  await put('WF1:Workflow', 'worst');
  await put('WF1:FilePath', '/dev/null');
  await client.put('dm:WF1:Run', 1, { block: true }).catch(() => undefined);
}

/** Settings of an IOC that follows a DM with a long history, and what ends that DM. */
async function longHistory(): Promise<[string[], () => void]> {
  const settings = { nJobs: Number(values['dm-jobs']), nActive: 10 };
  const child = fork(new URL('./stub-dm.js', import.meta.url), ['--settings', JSON.stringify(settings)]);
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const loginFile = join(base, 'login');
  await writeFile(loginFile, 'user2bm|secret\n');
  const rest = { ds: url, daq: url, cat: url, proc: url, station: '25IDC', loginFile };
  const options = Object.entries(rest).map(([key, value]) => `dm.rest.${key}=${value}`);
  return [
    ['dm.backend=rest', ...options],
    () => {
      child.disconnect();
    },
  ];
}

async function follow({ until }: Bench): Promise<void> {
  await until('Job:Table', (value) => Object.values(value as Record<string, unknown[]>)[0]?.length !== 0);
  await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
}

const HISTORY = `a DM of ${values['dm-jobs']} jobs is followed`;
const LOADS: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  idle,
  [`a DAQ stores ${values.files} files, the disk saturated`]: storeByDaq,
  [`upload of ${values['upload-files']} files, directory mode`]: (bench) => upload(bench, 'Directory'),
  [`upload of ${values['upload-files']} files, file mode`]: (bench) => upload(bench, 'Files'),
  "a workflow's regular expression meets its worst line": worstLine,
  [`${values.jobs} pending jobs`]: pendingJobs,
  [HISTORY]: follow,
};

async function localSettings(): Promise<string[]> {
  const workflows = join(base, 'workflows');
  await mkdir(workflows, { recursive: true });
  for (const [name, text] of Object.entries(WORKFLOWS)) await writeFile(join(workflows, `${name}.yaml`), text);
  return [`dm.local.workflows=${workflows}`, 'dm.local.maxJobs=1'];
}

async function withIoc(
  settings: string[],
  run: (bench: Bench, environment: Record<string, string>) => Promise<void>,
): Promise<void> {
  const ioc = await IocProcess.start(join(base, 'dm'), settings);
  const client = new PvaClient({ environment: ioc.clientEnvironment });
  const bench: Bench = {
    client,
    put: (pv, value) => client.put(`dm:${pv}`, value, { block: true, timeoutMs: 3_600_000 }),
    until: async (pv, fits) => {
      for await (const update of client.monitor(`dm:${pv}`)) if (fits(update.value)) return;
    },
  };
  try {
    if (!settings.includes('dm.backend=rest')) await bench.put('Experiment', 'demo');
    await run(bench, ioc.clientEnvironment);
  } finally {
    client.close();
    await ioc.stop();
    await rm(join(base, 'dm'), { recursive: true, force: true });
  }
}

try {
  console.log(`wanted: 99.9 % <= ${WANTED_P999_MS} ms, longest <= ${WANTED_LONGEST_MS} ms`);
  console.log(`${''.padEnd(56)} ${'puts'.padStart(7)} ${'median'.padStart(8)} ${'99.9 %'.padStart(8)} longest, ms`);
  for (const [title, load] of Object.entries(LOADS)) {
    if (!title.includes(values.only) && title !== 'idle') continue;
    const [settings, end] = title === HISTORY ? await longHistory() : [await localSettings(), () => undefined];
    await withIoc(settings, async (bench, environment) => {
      const pinger = await PutPinger.start('dm:WF4:Clear', environment);
      await load(bench);
      const { count, medianMs, p999Ms, longestMs } = await pinger.stop();
      const cells = [medianMs, p999Ms, longestMs].map((ms) => ms.toFixed(1).padStart(8)).join(' ');
      console.log(`${title.padEnd(56)} ${String(count).padStart(7)} ${cells}`);
    });
    end();
  }
} finally {
  await rm(base, { recursive: true, force: true });
}
