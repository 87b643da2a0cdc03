import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { skipTime } from '../../port/skip-time.js';
import { waitForUpload } from '../../port/wait-for.js';
import { temporaryEngine } from '../temporary-engine.js';

const DAYS_MS = 172_800_000;

await t.test('run times of DAQs and uploads are those that passed, although the clock is set meanwhile', async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  const directory = await sourceDirectory();
  await writeFile(join(directory, 'a.dat'), 'data');
  await engine.experiments.add({ name: 'e' });
  const daq = await engine.daqs.start('e', directory);
  const upload = await engine.uploads.start('e', directory);
  const begun = engine.changes.on('upload', ({ status }) => {
    if (status === 'running') skipTime(t, DAYS_MS);
  });
  t.teardown(begun);
  const { runTime: ofUpload = NaN } = await waitForUpload(engine, upload.id);
  const { runTime: ofDaq = NaN } = await engine.daqs.get(daq.id);
  const ended = await engine.daqs.stop('e', directory);
  for (const runTime of [ofUpload, ofDaq, ended.runTime ?? NaN]) t.ok(runTime < 1000, `${runTime} s`);
});
