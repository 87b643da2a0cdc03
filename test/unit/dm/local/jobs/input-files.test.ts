import { join } from 'node:path';
import type { JobArguments } from 'dm';
import t from 'tap';
import { waitForJob } from '../../port/wait-for.js';
import { writeFiles } from '../../port/write-files.js';
import { temporaryEngine } from '../temporary-engine.js';

void t.test(
  'a job works on the files of a directory in the order of their paths, however many there are',
  async (t) => {
    const { engine, sourceDirectory } = await temporaryEngine(t);
    const directory = await sourceDirectory();
    const many = Array.from({ length: 250 }, (_name, index) => `many/${index}.dat`);
    const names = ['b.dat', 'a/z.dat', 'a/é.dat', 'a.dat', 'A.dat', ...many];
    await writeFiles(directory, Object.fromEntries(names.map((name) => [name, ''])));
    const stages = { '1': { command: 'echo "$filePath"', parallelExec: true } };
    await engine.workflows.add({ name: 'w', owner: engine.owner, stages });
    const inputs: [JobArguments, string[]][] = [
      [{ dataDir: directory }, names],
      [{ filePathPattern: `${directory}/**/[az].dat` }, ['a.dat', 'a/z.dat']],
    ];
    for (const [args, expected] of inputs) {
      const { id } = await engine.jobs.start(engine.owner, 'w', args);
      const job = await waitForJob(engine, id);
      t.match(job, { status: 'done', countFiles: expected.length });
      const processes = Object.values(job.workflow?.stages?.['1']?.childProcesses ?? {});
      t.same(
        processes.map(({ stdOut }) => stdOut?.trim()),
        expected.map((name) => join(directory, name)).sort(),
      );
    }
  },
);
