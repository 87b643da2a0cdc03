import { join } from 'node:path';
import t from 'tap';
import { PACKAGE } from './bluesky-frameworks.js';
import { checkByPython, PROGRAM, temporaryDirectory } from './ioc-process.js';
import { startServedIoc } from './served-ioc.js';

await t.test('the metadata of every run come to DM once, and no scan waits for that or fails by it', async (t) => {
  const args = [join(temporaryDirectory(t), 'dm'), PROGRAM];
  await checkByPython(t, 'bluesky_devices/publishing.py', args, PACKAGE);
});

/** Of the next calls to add a dataset, in turn; null: none. */
function next<T>(...faults: readonly (T | null)[]): { readonly addExperimentDataset: T } {
  const left = [...faults];
  const get = (): T | undefined => left.shift() ?? undefined;
  return Object.defineProperty({}, 'addExperimentDataset', { get }) as { readonly addExperimentDataset: T };
}

await t.test('a run is in DM once when an answer was lost, or DM could not take it at first', async (t) => {
  const served = await startServedIoc(t);
  const { dm, server, put } = served;
  const publish = (): Promise<void> =>
    checkByPython(t, 'bluesky_devices/publishing_once.py', [], { ...served.ioc.clientEnvironment, ...PACKAGE });
  const stored = async (): Promise<number> => (await dm.catalog.listDatasets('demo')).length;
  try {
    await put('dm:Experiment', 'demo');
    server.faults.loseReply = next(true);
    await publish();
    t.equal(await stored(), 1, 'after a lost answer');
    server.faults.statusCode = next(3, 19);
    await publish();
    t.equal(await stored(), 2, 'after codes of DM that pass');
    server.faults.httpStatus = next(503);
    await publish();
    t.equal(await stored(), 3, 'after a server that was away');
  } finally {
    await served.stop();
  }
});
