import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { copyMode, sameVersion, SOURCE_FLAGS, utimesTime, type StagedFile, type StageRequest } from './stage-file.js';

const CHUNK_BYTES = 1 << 20;
/** Chunks under way: one being read, one hashed and written, one or two read back. */
const N_CHUNKS = 4;
/** The disk is kept busy while the copy goes on: a sync is started after so many bytes. */
const SYNC_BYTES = 128 << 20;

const ZEROS = Buffer.alloc(CHUNK_BYTES);
/** In which `Stats.blocks` counts. */
const BLOCK_BYTES = 512;

/** Thrown when the task was aborted in the middle of the file. */
export class CopyAbortedError extends Error {
  override readonly name = 'CopyAbortedError';
}

/**
 * Copy a large file: reading, writing, reading back and syncing overlap with the checksum, in threads of the system. The copy is compared with what was
 * read, and synced.
 * @returns null when the source changed meanwhile
 */
export async function stageLargeFile(
  { source, target, checksum }: StageRequest,
  isAborted: () => boolean,
): Promise<StagedFile | null> {
  const input = await open(source, SOURCE_FLAGS);
  try {
    const status = await input.stat();
    if (!status.isFile()) throw new Error('it is not a regular file');
    const md5 = checksum ? createHash('md5') : null;
    const copy = target === null ? null : await open(target, 'wx+', copyMode(status));
    try {
      const isSparse = status.blocks * BLOCK_BYTES < status.size;
      // What isn't written then stays a hole.
      if (isSparse) await copy?.truncate(status.size);
      const writer = copy === null ? null : new ChunkWriter(copy, checksum, isSparse);
      const sizeBytes = await pump(input, isAborted, (chunk, position) => {
        const written = writer?.write(chunk, position) ?? Promise.resolve();
        written.catch(() => undefined);
        md5?.update(chunk);
        return written;
      });
      if (sizeBytes !== status.size || !sameVersion(status, await input.stat())) return null;
      if (copy !== null) {
        await copy.utimes(utimesTime(status.atimeMs), utimesTime(status.mtimeMs));
        await writer?.sync();
      }
      const { mtimeMs, ino: inode, ctimeMs } = status;
      return { sizeBytes, mtimeMs, inode, ctimeMs, md5: md5?.digest('hex') ?? null };
    } finally {
      await copy?.close();
    }
  } finally {
    await input.close();
  }
}

/** Read a file chunk by chunk, always one ahead. A chunk's buffer is used again once its work is done. */
async function pump(
  input: FileHandle,
  isAborted: () => boolean,
  work: (chunk: Buffer, position: number) => Promise<void>,
): Promise<number> {
  const slots = Array.from({ length: N_CHUNKS }, () => ({
    buffer: Buffer.allocUnsafeSlow(CHUNK_BYTES),
    done: Promise.resolve(),
  }));
  const read = async (turn: number, position: number): Promise<Buffer> => {
    const slot = slots[turn % N_CHUNKS] ?? { buffer: Buffer.alloc(CHUNK_BYTES), done: Promise.resolve() };
    await slot.done;
    const { bytesRead } = await input.read(slot.buffer, 0, CHUNK_BYTES, position);
    return slot.buffer.subarray(0, bytesRead);
  };
  let position = 0;
  let reading = read(0, 0);
  try {
    for (let turn = 0; ; turn++) {
      const chunk = await reading;
      if (chunk.length === 0) break;
      if (isAborted()) throw new CopyAbortedError('aborted');
      reading = read(turn + 1, position + chunk.length);
      reading.catch(() => undefined);
      const slot = slots[turn % N_CHUNKS];
      const done = work(chunk, position);
      if (slot !== undefined) slot.done = done;
      position += chunk.length;
    }
    await Promise.all(slots.map(({ done }) => done));
  } finally {
    // The descriptors are closed next; nothing may still be using them.
    await Promise.allSettled([reading, ...slots.map(({ done }) => done)]);
  }
  return position;
}

/** Writes chunks, reads each back to compare it, and has the disk write all along. */
class ChunkWriter {
  readonly #copy: FileHandle;
  readonly #verify: boolean;
  readonly #keepsHoles: boolean;
  readonly #spare: Buffer[] = [];
  #unsyncedBytes = 0;
  #syncing: Promise<void> | undefined;

  /** @param keepsHoles chunks of zeros are left out: the copy has its size already */
  constructor(copy: FileHandle, verify: boolean, keepsHoles: boolean) {
    this.#copy = copy;
    this.#verify = verify;
    this.#keepsHoles = keepsHoles;
  }

  async write(chunk: Buffer, position: number): Promise<void> {
    if (this.#keepsHoles && chunk.equals(ZEROS.subarray(0, chunk.length))) return;
    for (let written = 0; written < chunk.length;) {
      const { bytesWritten } = await this.#copy.write(chunk, written, chunk.length - written, position + written);
      written += bytesWritten;
    }
    if (this.#verify) await this.#compare(chunk, position);
    this.#unsyncedBytes += chunk.length;
    if (this.#unsyncedBytes >= SYNC_BYTES && this.#syncing === undefined) {
      this.#unsyncedBytes = 0;
      this.#syncing = this.#copy.datasync().finally(() => {
        this.#syncing = undefined;
      });
      this.#syncing.catch(() => undefined);
    }
  }

  async sync(): Promise<void> {
    await this.#syncing;
    await this.#copy.sync();
  }

  async #compare(chunk: Buffer, position: number): Promise<void> {
    const buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const { bytesRead } = await this.#copy.read(buffer, 0, chunk.length, position);
    if (!buffer.subarray(0, bytesRead).equals(chunk)) throw new Error('the copy differs from its source');
    this.#spare.push(buffer);
  }
}
