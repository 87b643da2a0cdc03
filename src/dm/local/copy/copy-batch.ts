import { randomUUID } from 'node:crypto';
import { realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { makeDirectory } from '../../make-directory.js';
import { ConfinedDirectory } from './confined-directory.js';
import { copyFailure } from './copy-failure.js';
import type { CopyItem, CopyOutcome, CopyStatus, CopyTask } from './copy-messages.js';
import { durableSync } from './durable-sync.js';
import { CopyAbortedError, stageLargeFile } from './stage-large-file.js';
import { LARGE_FILE_BYTES, stageFile, type StagedFile } from './stage-file.js';

interface Placed {
  readonly item: CopyItem;
  readonly staged: StagedFile;
  /** The unfinished copy; null when the data stays where it is. */
  readonly temporary: string | null;
}

/**
 * Copy a batch of files so that each is either wholly and durably in place or not there at all: unfinished copies live in the staging directory,
 * the batch is synced, every copy is renamed to its place, the directories are synced. One outcome per item, in any order; never throws.
 */
export async function copyBatch(task: CopyTask): Promise<CopyOutcome[]> {
  const abort = new Int32Array(task.abort);
  const isAborted = (): boolean => Atomics.load(abort, 0) !== 0;
  const sources = new ConfinedDirectory(task.sourceRoot);
  let targets: ConfinedDirectory;
  try {
    targets = new ConfinedDirectory(realpathSync(task.destinationRoot));
  } catch (error) {
    // Of a storage that is gone nothing is made anew: it may come back.
    return task.items.map((item) => outcome(item, 'failed', copyFailure(error)));
  }
  const outcomes: CopyOutcome[] = [];
  const placed: Placed[] = [];
  for (const item of task.items) {
    if (isAborted()) {
      outcomes.push(outcome(item, 'aborted', 'aborted'));
      continue;
    }
    const result = await stage(task, item, sources, isAborted);
    if ('staged' in result) placed.push(result);
    else outcomes.push(result);
  }
  return [...outcomes, ...publish(task, placed, targets)];
}

/** Each thread has a directory of its own, or they would wait for each other to create files. */
function stagingOfThread(task: CopyTask): string {
  return join(task.stagingDirectory, String(threadId));
}

async function stage(
  task: CopyTask,
  item: CopyItem,
  sources: ConfinedDirectory,
  isAborted: () => boolean,
): Promise<Placed | CopyOutcome> {
  const source = join(task.sourceRoot, item.path);
  const temporary = task.transfer ? join(stagingOfThread(task), randomUUID()) : null;
  try {
    sources.check(item.path);
    if (task.transfer) makeDirectory(stagingOfThread(task));
    const request = { source, target: temporary, checksum: task.checksum };
    const small = stageFile(request);
    const staged = small === 'large' ? await stageLargeFile(request, isAborted) : small;
    if (staged !== null) return { item, staged, temporary };
    discard(temporary);
    return outcome(item, 'changed', 'it was written while it was copied');
  } catch (error) {
    discard(temporary);
    if (error instanceof CopyAbortedError) return outcome(item, 'aborted', 'aborted');
    return outcome(item, ...blame(error, source));
  }
}

function publish(task: CopyTask, placed: readonly Placed[], targets: ConfinedDirectory): CopyOutcome[] {
  const temporaries = placed.flatMap(({ temporary, staged }) =>
    // A large file was synced as it was copied.
    temporary === null || staged.sizeBytes >= LARGE_FILE_BYTES ? [] : [temporary],
  );
  try {
    durableSync(new Set(temporaries), task.stagingDirectory);
    const outcomes = placed.map((file) => moveIntoPlace(task, file, targets));
    durableSync(targets.changed, task.destinationRoot);
    return outcomes;
  } catch (error) {
    for (const { temporary } of placed) discard(temporary);
    return placed.map(({ item }) => outcome(item, 'failed', copyFailure(error)));
  }
}

function moveIntoPlace(task: CopyTask, file: Placed, targets: ConfinedDirectory): CopyOutcome {
  try {
    if (file.temporary !== null) {
      const directory = targets.create(file.item.destination, (path) => directoryMode(task, file.item, path));
      renameSync(file.temporary, join(directory, basename(file.item.destination)));
      targets.changed.add(directory);
    }
    return { ...outcome(file.item, 'stored', ''), ...file.staged };
  } catch (error) {
    discard(file.temporary);
    return outcome(file.item, 'failed', copyFailure(error));
  }
}

/** The permissions of a new directory of the storage: those of its source, so that what is private stays so; the storage's owner works in it. */
function directoryMode({ sourceRoot }: CopyTask, { path, destination }: CopyItem, directory: string): number {
  const before = destination.slice(0, destination.length - path.length);
  if (!directory.startsWith(before)) return 0o777;
  try {
    return (statSync(join(sourceRoot, directory.slice(before.length))).mode & 0o777) | 0o700;
  } catch {
    return 0o700;
  }
}

function outcome(item: CopyItem, status: CopyStatus, message: string): CopyOutcome {
  return { ...item, status, message, sizeBytes: 0, mtimeMs: 0, inode: 0, ctimeMs: 0, md5: null };
}

/** A source that is missing has vanished; a missing directory of the storage is a failure. */
function blame(error: unknown, source: string): [CopyStatus, string] {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  const path = missing && 'path' in error ? String(error.path) : '';
  if (missing && (path === source || path === dirname(source))) return ['vanished', 'it vanished before it was copied'];
  return ['failed', copyFailure(error)];
}

function discard(temporary: string | null): void {
  if (temporary !== null) rmSync(temporary, { force: true });
}
