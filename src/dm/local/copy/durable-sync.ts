import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync } from 'node:fs';

/** From so many files on, one sync of the file system is cheaper than a sync of each. */
const MANY = 16;
let fileSystemSyncWorks = true;

/** Bring files and directories to the disk; returns when they are there. */
export function durableSync(paths: ReadonlySet<string>, onFileSystemOf: string): void {
  if (paths.size > MANY && syncFileSystem(onFileSystemOf)) return;
  for (const path of paths) {
    const descriptor = openSync(path, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

/** Node has no syncfs(2); coreutils' and busybox' `sync -f` is it. */
function syncFileSystem(path: string): boolean {
  if (!fileSystemSyncWorks) return false;
  fileSystemSyncWorks = spawnSync('sync', ['-f', path], { stdio: 'ignore' }).status === 0;
  return fileSystemSyncWorks;
}
