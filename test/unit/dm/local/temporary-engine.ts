import { LocalDataManagement, type LocalOptions } from 'dm';
import { join } from 'node:path';
import type { Test } from 'tap';
import { temporaryDirectory } from '../port/temporary-directory.js';

export interface TemporaryEngine {
  readonly engine: LocalDataManagement;
  readonly root: string;
  /** A fresh, empty directory outside of the engine's root. */
  readonly sourceDirectory: () => Promise<string>;
}

/** A started engine in a fresh directory, with short times and the workflows of ioc/workflows; its jobs are ended and it is closed after the test. */
export async function temporaryEngine(t: Test, options: Partial<LocalOptions> = {}): Promise<TemporaryEngine> {
  const root = options.root ?? join(await temporaryDirectory(t), 'dm-data');
  const engine = new LocalDataManagement({
    workflowsDirectory: 'ioc/workflows',
    quietTimeMs: 50,
    abortGraceMs: 300,
    ...options,
    root,
  });
  t.after(async () => {
    await engine.endJobs('The test is over.');
    await engine.close();
  });
  await engine.start();
  return { engine, root, sourceDirectory: () => temporaryDirectory(t) };
}
