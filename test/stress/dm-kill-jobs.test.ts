import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { COUNTED_LINES, countedArguments, countedLines, countedWorkflow } from '../unit/dm/local/counted-job.js';
import { temporaryEngine } from '../unit/dm/local/temporary-engine.js';
import { temporaryDirectory } from '../unit/dm/port/temporary-directory.js';
import { waitForJob } from '../unit/dm/port/wait-for.js';
import { EngineChild } from './engine-child.js';

const N_KILLS = 20;
const N_TERMS = 10;
const N_JOBS = 20;
const LONGEST_MS = 700;

/** Park and Miller's, so that a run can be repeated by its seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

void t.test(
  'jobs of several stages survive kill -9 and SIGTERM at any moment: each ends as it would have, once',
  async (t) => {
    const seed = Number(process.env['SEED'] ?? 1 + (Date.now() % 1_000_000));
    t.comment(`SEED=${seed}`);
    const random = randomNumbers(seed);
    const directory = await temporaryDirectory(t);
    const root = join(directory, 'dm-data');
    const file = join(directory, 'jobs.json');
    const logs = Array.from({ length: N_JOBS }, (_, index) => join(directory, `log${index}`));
    const jobs = logs.map((log) => countedArguments(log, 0.1 + random() / 2));
    writeFileSync(file, JSON.stringify({ workflow: countedWorkflow('tester'), jobs }));
    const first = new EngineChild([root, 'jobs', file]);
    await first.line((line) => 'ready' in line);
    await first.kill();
    const ends = [...Array<'kill'>(N_KILLS - 1).fill('kill'), ...Array<'term'>(N_TERMS).fill('term')].sort(
      () => random() - 0.5,
    );
    for (const end of ends) {
      const engine = new EngineChild([root, 'idle']);
      // Also before it has started.
      await delay(random() * LONGEST_MS);
      if (end === 'kill') await engine.kill();
      else await engine.terminate();
    }
    const ran = logs.filter((log) => existsSync(log)).map((log) => readFileSync(log, 'utf8').split('\n').length - 1);
    t.comment(`${ran.join(' ')} processes of ${COUNTED_LINES.length} in each job had begun at the last end`);
    const { engine } = await temporaryEngine(t, { root, owner: 'tester' });
    const all = await engine.jobs.list('tester');
    t.equal(all.length, N_JOBS);
    for (const { id } of all) {
      const job = await waitForJob(engine, id);
      t.match(job, { status: 'done', stage: '6-LAST', count: '3', countFiles: 3 }, { job });
      t.same(countedLines(String(job['log']), job['token']), COUNTED_LINES);
    }
  },
);
