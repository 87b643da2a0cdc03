import { lstat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { CopyOutcome } from '../copy/copy-messages.js';

/** Remove source files whose copies are stored and catalogued, each only if it still is the version that was copied. */
export async function removeSources(sourceRoot: string, stored: readonly CopyOutcome[]): Promise<void> {
  for (const file of stored) {
    const source = join(sourceRoot, file.path);
    try {
      const now = await lstat(source);
      if (now.ino === file.inode && now.mtimeMs === file.mtimeMs && now.size === file.sizeBytes) await unlink(source);
    } catch {
      // Gone already, or not ours to remove: the copy is what counts.
    }
  }
}
