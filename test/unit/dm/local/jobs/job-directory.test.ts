import t from 'tap';
import { JobDirectory } from 'dm/internal/local/jobs/job-directory';
import { temporaryDirectory } from '../../port/temporary-directory.js';

void t.test("the list of a job's files is kept whole, however long it is", async (t) => {
  const jobs = await temporaryDirectory(t);
  for (const count of [0, 1, 4999, 5000, 12_001]) {
    const paths = Array.from({ length: count }, (_path, index) => `/data/"${index}"\n.dat`);
    const directory = new JobDirectory(jobs, `job-${count}`);
    await directory.keepInput(paths);
    t.same(await new JobDirectory(jobs, `job-${count}`).keptInput(), paths, `${count} files`);
  }
  t.equal(await new JobDirectory(jobs, 'other').keptInput(), undefined);
});
