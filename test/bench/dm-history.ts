import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { DatabaseSync } from '@photostructure/sqlite';
import { LocalDataManagement } from 'dm';
import { changeOf } from '../unit/dm/port/change-of.js';

/**
 * How fast the local engine answers with a long history: lists, the newest, one by its id, in milliseconds.
 * Run: node build/test/bench/dm-history.js [--jobs 10000] [--files 1000000]
 */
const { values } = parseArgs({
  options: { jobs: { type: 'string', default: '10000' }, files: { type: 'string', default: '1000000' } },
});
const nJobs = Number(values.jobs);
const nFiles = Number(values.files);
const base = await mkdtemp(join(tmpdir(), 'dm-history-'));
const root = join(base, 'dm-data');
const open = async (): Promise<LocalDataManagement> => {
  const engine = new LocalDataManagement({ root, workflowsDirectory: 'ioc/workflows', owner: 'bench' });
  await engine.start();
  return engine;
};

/** Rows as the engine writes them, made from one real job, by SQL. */
async function fill(): Promise<void> {
  const engine = await open();
  await engine.experiments.add({ name: 'demo' });
  const { id } = await engine.jobs.start('bench', 'example-01', { filePath: '/etc/hostname' });
  while ((await engine.jobs.get('bench', id)).status !== 'done') await changeOf(engine, 'job');
  await engine.close();
  const database = new DatabaseSync(join(root, 'dm.sqlite'));
  database.exec(`PRAGMA synchronous = OFF; BEGIN;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${nJobs - 1})
    INSERT INTO jobs (id, owner, active, end_time, summary, document)
    SELECT 'job-' || i, owner, 0, end_time, summary, document FROM n, jobs WHERE jobs.seq = 1;
    INSERT INTO child_processes SELECT j.seq, c.number, c.document FROM jobs j, child_processes c WHERE c.job_seq = 1 AND j.seq > 1;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${nFiles})
    INSERT INTO files (experiment_id, area, path, size_bytes, md5, mtime_ms, stored_ms)
    SELECT 1, 0, printf('scan_%05d/images/frame_%07d.tif', i / 1000, i), 4096, 'd41d8cd98f00b204e9800998ecf8427e', 1.7e12, 1.7e12 FROM n;
    COMMIT;`);
  database.close();
}

async function measure(title: string, count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const began = performance.now();
    await call(index);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor((times.length - 1) * share)] ?? NaN).toFixed(2).padStart(8);
  console.log(`${title.padEnd(48)} median ${at(0.5)} ms   worst ${at(1)} ms`);
}

try {
  await fill();
  const began = performance.now();
  const engine = await open();
  console.log(`${nJobs} jobs, ${nFiles} files; start ${(performance.now() - began).toFixed(0)} ms`);
  await measure('jobs: all', 5, () => engine.jobs.list('bench', { limit: nJobs }));
  await measure('jobs: newest 100', 200, () => engine.jobs.list('bench', { limit: 100 }));
  await measure('jobs: one by id, with stages and processes', 200, (index) =>
    engine.jobs.get('bench', `job-${(index * 37) % nJobs || 1}`),
  );
  await measure('files: one by path', 200, (index) => {
    const frame = (index * 4999) % nFiles || 1;
    const path = `scan_${String(Math.floor(frame / 1000)).padStart(5, '0')}/images/frame_${String(frame).padStart(7, '0')}.tif`;
    return engine.catalog.getFile('demo', path);
  });
  await measure('files: first 1000', 20, () => engine.catalog.listFiles('demo', { limit: 1000 }));
  await measure('files: last 1000', 20, () => engine.catalog.listFiles('demo', { skip: nFiles - 1000, limit: 1000 }));
  console.log(`resident memory ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`);
  await engine.close();
} finally {
  await rm(base, { recursive: true, force: true });
}
