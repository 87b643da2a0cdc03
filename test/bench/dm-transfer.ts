import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomFillSync } from 'node:crypto';
import { LocalDataManagement } from 'dm';
import { waitForDaq, waitForUpload } from '../unit/dm/port/wait-for.js';

/**
 * A DAQ and an upload (checksum, verification, catalogue, durable) beside `rsync -a` (none of these), or `cp -a` where there is no rsync: many small files, one large.
 * Run: node build/test/bench/dm-transfer.js [--files 10000] [--file-bytes 4096] [--large-bytes 2147483648] [--directory DIR] [--repeat 3]
 */
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    'file-bytes': { type: 'string', default: '4096' },
    'large-bytes': { type: 'string', default: String(2 ** 31) },
    directory: { type: 'string', default: tmpdir() },
    repeat: { type: 'string', default: '3' },
  },
});
const nFiles = Number(values.files);
const fileBytes = Number(values['file-bytes']);
const largeBytes = Number(values['large-bytes']);
const repeat = Number(values.repeat);
const base = await mkdtemp(join(values.directory, 'dm-transfer-'));

async function makeSmall(directory: string): Promise<void> {
  const content = Buffer.alloc(fileBytes);
  for (let index = 0; index < nFiles; index++) {
    const folder = join(directory, `d${Math.floor(index / 100)}`);
    if (index % 100 === 0) await mkdir(folder, { recursive: true });
    randomFillSync(content);
    await writeFile(join(folder, `f${index % 100}.dat`), content);
  }
}

async function makeLarge(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const stream = createWriteStream(join(directory, 'large.dat'));
  const block = Buffer.alloc(1 << 22);
  for (let left = largeBytes; left > 0; left -= block.length) {
    randomFillSync(block);
    if (!stream.write(block.subarray(0, Math.min(left, block.length)))) await once(stream, 'drain');
  }
  await new Promise((resolve) => stream.end(resolve));
}

/** Best of several runs, in seconds; removing the copy before isn't counted. */
async function reference(source: string): Promise<[name: string, seconds: number]> {
  const destination = join(base, 'reference');
  const command = spawnSync('rsync', ['--version']).status === 0 ? 'rsync' : 'cp';
  let seconds = Infinity;
  for (let count = 0; count < repeat; count++) {
    await rm(destination, { recursive: true, force: true });
    spawnSync('sync');
    const began = performance.now();
    const { status } = spawnSync(command, ['-a', command === 'cp' ? source : `${source}/`, destination]);
    if (status !== 0) throw new Error(`${command} failed`);
    seconds = Math.min(seconds, (performance.now() - began) / 1000);
  }
  await rm(destination, { recursive: true, force: true });
  return [`${command} -a`, seconds];
}

async function withEngine(run: (engine: LocalDataManagement, name: string) => Promise<number>): Promise<number> {
  let seconds = Infinity;
  for (let count = 0; count < repeat; count++) {
    const root = join(base, 'engine');
    await rm(root, { recursive: true, force: true });
    spawnSync('sync');
    const engine = new LocalDataManagement({ root });
    await engine.start();
    await engine.experiments.add({ name: 'bench' });
    try {
      seconds = Math.min(seconds, await run(engine, 'bench'));
    } finally {
      await engine.close();
    }
  }
  return seconds;
}

async function measure(title: string, source: string, files: number, bytes: number, target: number): Promise<void> {
  const [name, referenceSeconds] = await reference(source);
  const report = (what: string, seconds: number): void => {
    const ratio = referenceSeconds / seconds;
    console.log(
      `${title.padEnd(22)} ${what.padEnd(22)} ${seconds.toFixed(3).padStart(8)} s ${(bytes / 1e6 / seconds).toFixed(0).padStart(6)} MB/s  ` +
        `${ratio.toFixed(2)} x ${name} (target ${target})`,
    );
  };
  report(name, referenceSeconds);
  for (const processingMode of ['files', 'directory'] as const) {
    report(
      `upload, ${processingMode}`,
      await withEngine(async (engine, experiment) => {
        const began = performance.now();
        const { id } = await engine.uploads.start(experiment, source, { processingMode });
        const upload = await waitForUpload(engine, id);
        const seconds = (performance.now() - began) / 1000;
        if (upload.status !== 'done' || upload.nCompletedFiles !== files)
          throw new Error(`upload: ${JSON.stringify(upload)}`);
        return seconds;
      }),
    );
  }
  report(
    'DAQ, existing files',
    await withEngine(async (engine, experiment) => {
      const began = performance.now();
      const { id } = await engine.daqs.start(experiment, source, { processExistingFiles: true });
      await waitForDaq(engine, id, ({ nCompletedFiles }) => nCompletedFiles === files);
      return (performance.now() - began) / 1000;
    }),
  );
}

try {
  console.log(`${availableParallelism()} processors, Node ${process.version}`);
  const small = join(base, 'small');
  await makeSmall(small);
  await measure(`${nFiles} x ${fileBytes} B`, small, nFiles, nFiles * fileBytes, 0.2);
  if (largeBytes > 0) {
    const large = join(base, 'large');
    await makeLarge(large);
    await measure(`1 x ${largeBytes} B`, large, 1, largeBytes, 0.5);
  }
} finally {
  await rm(base, { recursive: true, force: true });
}
