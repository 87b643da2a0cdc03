import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, futimesSync, openSync, readSync, writeSync, type Stats } from 'node:fs';

/** Files below this size are copied in one piece. */
export const LARGE_FILE_BYTES = 8 << 20;

/** A source file that was read to its end without changing, and its copy if one was asked for. */
export interface StagedFile {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly inode: number;
  readonly ctimeMs: number;
  readonly md5: string | null;
}

/** What to do with a file: `target` is the path of the new copy, or null to read only. */
export interface StageRequest {
  readonly source: string;
  readonly target: string | null;
  readonly checksum: boolean;
}

/** A source is a regular file, not reached through a link, and opening it never blocks (on a FIFO). */
export const SOURCE_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The permissions that a copy gets, less the umask: those of its source, and its owner, who wrote it, may read it. */
export function copyMode({ mode }: Stats): number {
  return (mode & 0o777) | 0o400;
}

/** A file's time as `utimes` takes it, in seconds: it takes a number before 1970 for now. */
export function utimesTime(timeMs: number): string {
  return String(timeMs / 1000);
}

let content = Buffer.allocUnsafeSlow(1 << 16);
let readBack = Buffer.allocUnsafeSlow(1 << 16);

/** True while the file is the version that `before` saw. */
export function sameVersion(before: Stats, after: Stats): boolean {
  return (
    before.size === after.size &&
    before.mtimeMs === after.mtimeMs &&
    before.ino === after.ino &&
    before.ctimeMs === after.ctimeMs
  );
}

/**
 * Copy a small file to a new file, synchronously, and compare the copy with what was read.
 * @returns null when the source changed meanwhile, 'large' (and nothing done) when it must be copied by `stageLargeFile`
 */
export function stageFile({ source, target, checksum }: StageRequest): StagedFile | null | 'large' {
  const descriptor = openSync(source, SOURCE_FLAGS);
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new Error('it is not a regular file');
    if (status.size >= LARGE_FILE_BYTES) return 'large';
    if (content.length < status.size) {
      content = Buffer.allocUnsafeSlow(LARGE_FILE_BYTES);
      readBack = Buffer.allocUnsafeSlow(LARGE_FILE_BYTES);
    }
    const bytes = content.subarray(0, readWhole(descriptor, content, status.size));
    if (bytes.length !== status.size || !sameVersion(status, fstatSync(descriptor))) return null;
    if (target !== null) writeCopy(target, bytes, status, checksum);
    return {
      sizeBytes: bytes.length,
      mtimeMs: status.mtimeMs,
      inode: status.ino,
      ctimeMs: status.ctimeMs,
      md5: checksum ? hash('md5', bytes) : null,
    };
  } finally {
    closeSync(descriptor);
  }
}

function writeCopy(target: string, bytes: Buffer, status: Stats, verify: boolean): void {
  const copy = openSync(target, 'wx+', copyMode(status));
  try {
    for (let written = 0; written < bytes.length;) {
      written += writeSync(copy, bytes, written, bytes.length - written, written);
    }
    if (verify) {
      const length = readWhole(copy, readBack, bytes.length);
      if (!readBack.subarray(0, length).equals(bytes)) throw new Error('the copy differs from its source');
    }
    futimesSync(copy, utimesTime(status.atimeMs), utimesTime(status.mtimeMs));
  } finally {
    closeSync(copy);
  }
}

/** @returns how many bytes there were, at most `size` */
function readWhole(descriptor: number, buffer: Buffer, size: number): number {
  let position = 0;
  while (position < size) {
    const length = readSync(descriptor, buffer, position, size - position, position);
    if (length === 0) break;
    position += length;
  }
  return position;
}
