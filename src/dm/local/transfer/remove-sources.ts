import { lstat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { DmLogger } from '../../logger.js';
import type { CopyOutcome } from '../copy/copy-messages.js';

/** Remove source files whose copies are stored and catalogued, each only if it still is the version that was copied. What can't be removed is logged. */
export async function removeSources(sourceRoot: string, stored: readonly CopyOutcome[], log: DmLogger): Promise<void> {
  let nLeft = 0;
  let reason: unknown;
  for (const file of stored) {
    const source = join(sourceRoot, file.path);
    try {
      const now = await lstat(source);
      const isSame = now.ino === file.inode && now.mtimeMs === file.mtimeMs && now.ctimeMs === file.ctimeMs;
      if (isSame && now.size === file.sizeBytes) await unlink(source);
    } catch (error) {
      // Somebody else may have removed it; the copy is what counts.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      nLeft++;
      reason ??= error;
    }
  }
  if (nLeft > 0)
    log.warn({ directory: sourceRoot, files: nLeft, error: reason }, 'stored source files could not be removed');
}
