import { posix } from 'node:path';
import type { ChangeFeed } from '../../change-feed.js';
import type { DmLogger } from '../../logger.js';
import { fileMetadata } from '../catalog/file-metadata.js';
import type { CopyOutcome } from '../copy/copy-messages.js';
import type { CopyPool } from '../copy/copy-pool.js';
import { LARGE_FILE_BYTES } from '../copy/stage-file.js';
import { inTurns } from '../in-turns.js';
import type { StoredExperiment } from '../experiments/local-experiments.js';
import type { Database } from '../store/database.js';
import type { Statement } from '../store/database-messages.js';
import type { FileRepository, StorageArea } from '../store/file-repository.js';
import type { TreeEntry } from '../tree/tree-messages.js';
import { removeSources } from './remove-sources.js';

/** Where the files of one DAQ or upload come from and go to. */
export interface StoreTarget {
  readonly experiment: StoredExperiment;
  readonly area: StorageArea;
  readonly sourceRoot: string;
  /** Relative to the area, '' for the area itself. */
  readonly destDirectory: string;
  readonly checksum: boolean;
  readonly transfer: boolean;
  readonly catalog: boolean;
  readonly removeSource: boolean;
  readonly abort: SharedArrayBuffer;
}

const BATCH_FILES = 512;
const BATCH_BYTES = 32 << 20;
/** Told of in one turn. */
const TOLD_FILES = 100;

/** Copies files into an experiment's storage and writes them into the catalogue: first durable files, then durable rows, then the news. */
export class FileStore {
  readonly #database: Database;
  readonly #files: FileRepository;
  readonly #pool: CopyPool;
  readonly #changes: ChangeFeed;
  readonly #log: DmLogger;

  constructor(database: Database, files: FileRepository, pool: CopyPool, changes: ChangeFeed, log: DmLogger) {
    this.#database = database;
    this.#files = files;
    this.#pool = pool;
    this.#changes = changes;
    this.#log = log;
  }

  /** Take the next batch off the front of a list. */
  static takeBatch(entries: TreeEntry[]): TreeEntry[] {
    let bytes = 0;
    let count = 0;
    for (const entry of entries) {
      bytes += entry.sizeBytes;
      if (count > 0 && (count >= BATCH_FILES || bytes > BATCH_BYTES)) break;
      count++;
    }
    return entries.splice(0, count);
  }

  /** Copy one batch; nothing is in the catalogue yet. */
  copy(target: StoreTarget, batch: readonly TreeEntry[]): Promise<readonly CopyOutcome[]> {
    const { experiment, area } = target;
    return this.#pool.run(
      {
        sourceRoot: target.sourceRoot,
        destinationRoot: experiment.directories[area],
        stagingDirectory: experiment.directories.staging,
        checksum: target.checksum,
        transfer: target.transfer,
        abort: target.abort,
        items: batch.map(({ path }) => ({ path, destination: this.destination(target, path) })),
      },
      batch.some(({ sizeBytes }) => sizeBytes >= LARGE_FILE_BYTES),
    );
  }

  /**
   * Write what was stored into the catalogue, durably, and tell of it.
   * @param alongside what is written in the same transaction
   */
  async commit(
    target: StoreTarget,
    outcomes: readonly CopyOutcome[],
    alongside: (stored: readonly CopyOutcome[]) => readonly Statement[],
  ): Promise<void> {
    const stored = outcomes.filter(({ status }) => status === 'stored');
    if (stored.length === 0) return;
    const { record } = target.experiment;
    const storedMs = Date.now();
    const rows = (target.catalog ? stored : []).map((file) => ({
      experimentId: record.id,
      area: target.area,
      path: file.destination,
      sizeBytes: file.sizeBytes,
      md5: file.md5,
      mtimeMs: file.mtimeMs,
      inode: file.inode,
      ctimeMs: file.ctimeMs,
      storedMs,
    }));
    const statements = [this.#files.upserting(rows), ...alongside(stored)];
    const [upserted] = await this.#database.write(statements, { durable: true });
    const records = rows.map((row, index) => ({ ...row, id: Number(upserted?.returned[index]?.['id']) }));
    for await (const slice of inTurns(records, TOLD_FILES))
      for (const file of slice) this.#changes.tell('file', fileMetadata(file, record.name));
    if (target.removeSource && target.transfer) void removeSources(target.sourceRoot, stored, this.#log);
  }

  /** Where a source file goes, relative to the area. */
  destination(target: StoreTarget, path: string): string {
    return posix.join(target.destDirectory, path);
  }
}
