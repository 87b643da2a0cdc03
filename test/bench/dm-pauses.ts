import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isTerminalStatus, LocalDataManagement, type UploadOptions } from 'dm';
import { TurnProbe } from './turn-probe.js';

/**
 * How long the local engine keeps the thread it shares with EPICS from doing anything else: each case beside an idle time in the same process, with a disk
 * that another program saturates (`--disk quiet`: with a disk of its own).
 * Run: node build/test/bench/dm-pauses.js [--files 10000] [--many 130000] [--jobs 10000] [--disk saturated] [--directory DIR] [--only daq,upload,jobs]
 */
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    many: { type: 'string', default: '130000' },
    jobs: { type: 'string', default: '10000' },
    disk: { type: 'string', default: 'saturated' },
    directory: { type: 'string', default: tmpdir() },
    only: { type: 'string', default: 'daq,upload,jobs' },
  },
});
const IDLE_MS = 5000;
/** Who start jobs at once, one after the other each. */
const CLIENTS = 50;
const base = await mkdtemp(join(values.directory, 'dm-pauses-'));

/** Writes and syncs for as long as it lives. */
const SATURATE = 'while :; do dd if=/dev/zero of="$0" bs=1M count=64 oflag=dsync conv=notrunc 2>/dev/null; done';

async function saturated(run: () => Promise<void>): Promise<void> {
  if (values.disk !== 'saturated') {
    await run();
    return;
  }
  const child = spawn('/bin/sh', ['-c', SATURATE, join(base, 'saturating')], { stdio: 'ignore', detached: true });
  await once(child, 'spawn');
  try {
    await run();
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }
}

async function makeFiles(directory: string, count: number, bytes: number): Promise<void> {
  await mkdir(directory, { recursive: true });
  const content = Buffer.alloc(bytes, 'x');
  for (let at = 0; at < count; at += 500) {
    const names = Array.from({ length: Math.min(500, count - at) }, (_, index) => `frame${at + index}.dat`);
    await Promise.all(names.map((name) => writeFile(join(directory, name), content)));
  }
}

async function probed(title: string, run: () => Promise<string>): Promise<void> {
  const probe = new TurnProbe();
  const began = performance.now();
  const outcome = await run().catch((error: unknown) => String(error));
  const { p999Ms, longestMs, starvedMs, ownLongestMs, heapMB } = probe.stop();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${title.padEnd(44)} p99.9 ${p999Ms.toFixed(1).padStart(7)} ms  longest ${longestMs.toFixed(1).padStart(8)} ms ` +
      `(${starvedMs.toFixed(1)} without a processor; own longest ${ownLongestMs.toFixed(1)})  ` +
      `${seconds.padStart(6)} s  heap ${heapMB.toFixed(0).padStart(4)} MB  ${outcome}`,
  );
}

async function withEngine(run: (engine: LocalDataManagement) => Promise<void>): Promise<void> {
  const root = join(base, 'engine');
  await rm(root, { recursive: true, force: true });
  const workflows = join(base, 'workflows');
  await mkdir(workflows, { recursive: true });
  await writeFile(join(workflows, 'true.yaml'), 'stages:\n  "1": { command: "true" }\n');
  const engine = new LocalDataManagement({ root, workflowsDirectory: workflows, owner: 'bench' });
  await engine.start();
  await engine.experiments.add({ name: 'bench' });
  try {
    await saturated(() => run(engine));
  } finally {
    await engine.close();
  }
}

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 200));
};

async function daq(engine: LocalDataManagement, source: string, count: number): Promise<string> {
  const { id } = await engine.daqs.start('bench', source, { processExistingFiles: true, destDirectory: 'daq' });
  await until(async () => (await engine.daqs.get(id)).nCompletedFiles === count);
  await engine.daqs.stop('bench', source);
  await until(async () => isTerminalStatus((await engine.daqs.get(id)).status));
  return `${count} files stored`;
}

async function upload(engine: LocalDataManagement, source: string, options: UploadOptions): Promise<string> {
  const { id } = await engine.uploads.start('bench', source, options);
  await until(async () => isTerminalStatus((await engine.uploads.get(id)).status));
  const { status, nCompletedFiles, errorMessage } = await engine.uploads.get(id);
  return `${status}, ${nCompletedFiles} files stored ${errorMessage ?? ''}`;
}

async function startJobs(engine: LocalDataManagement, count: number): Promise<string> {
  let begun = 0;
  const client = async (): Promise<void> => {
    while (begun++ < count) await engine.jobs.start(engine.owner, 'true', { filePath: '/dev/null' });
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return `${count} jobs taken`;
}

async function runJobs(engine: LocalDataManagement): Promise<string> {
  let ended = 0;
  const stop = engine.changes.on('job', ({ status }) => {
    if (isTerminalStatus(status)) ended++;
  });
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  stop();
  return `${ended} jobs ended`;
}

try {
  const cases = values.only.split(',');
  await withEngine(async () => {
    await probed('idle', async () => {
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      return '';
    });
  });
  if (cases.includes('daq')) {
    const source = join(base, 'source');
    await makeFiles(source, Number(values.files), 4096);
    await withEngine((engine) =>
      probed(`DAQ of ${values.files} files`, () => daq(engine, source, Number(values.files))),
    );
    await rm(source, { recursive: true });
  }
  if (cases.includes('upload')) {
    const source = join(base, 'many');
    await makeFiles(source, Number(values.many), 100);
    for (const processingMode of ['directory', 'files'] as const) {
      await withEngine((engine) =>
        probed(`upload of ${values.many} files, ${processingMode}`, () => upload(engine, source, { processingMode })),
      );
    }
    await rm(source, { recursive: true });
  }
  if (cases.includes('jobs')) {
    await withEngine(async (engine) => {
      await probed(`start of ${values.jobs} jobs`, () => startJobs(engine, Number(values.jobs)));
      await probed('10 s with jobs pending', () => runJobs(engine));
    });
  }
} finally {
  await rm(base, { recursive: true, force: true });
}
