import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A fresh directory that is removed after the test. Its path is a real one. */
export async function temporaryDirectory(t: Test): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'dm-ioc-test-')));
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}
