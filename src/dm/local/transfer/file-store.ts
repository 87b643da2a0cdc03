import { posix } from 'node:path';
import type { ChangeFeed } from '../../change-feed.js';
import type { DmLogger } from '../../logger.js';
import { fileMetadata } from '../catalog/file-metadata.js';
import type { CopyItem, CopyOutcome, CopyTask } from '../copy/copy-messages.js';
import type { CopyPool } from '../copy/copy-pool.js';
import { LARGE_FILE_BYTES } from '../copy/stage-file.js';
import { inTurns } from '../in-turns.js';
import type { StoredExperiment } from '../experiments/local-experiments.js';
import type { Database } from '../store/database.js';
import type { Statement } from '../store/database-messages.js';
import type { FileRepository, StorageArea } from '../store/file-repository.js';
import type { TreeEntry } from '../tree/tree-messages.js';
import { ContestedFiles } from './contested-files.js';
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
  readonly #contested = new ContestedFiles();

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

  /** Copy one batch; nothing is in the catalogue yet: what is stored must be committed. */
  async copy(target: StoreTarget, batch: readonly TreeEntry[]): Promise<readonly CopyOutcome[]> {
    const isLong = batch.some(({ sizeBytes }) => sizeBytes >= LARGE_FILE_BYTES);
    const items = batch.map(({ path }) => ({ path, destination: this.destination(target, path) }));
    for (const { destination } of items) this.#contested.begin(keyOf(target, destination));
    let outcomes: readonly CopyOutcome[] = [];
    try {
      outcomes = await this.#pool.run(copyTask(target, items), isLong);
      return outcomes;
    } finally {
      const stored = new Set(outcomes.filter(isStored).map(({ destination }) => destination));
      await this.#end(
        target,
        items.map(({ destination }) => destination).filter((destination) => !stored.has(destination)),
      );
    }
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
    const stored = outcomes.filter(isStored);
    if (stored.length === 0) return;
    try {
      await this.#write(target, stored, alongside(stored));
    } finally {
      await this.#end(
        target,
        stored.map(({ destination }) => destination),
      );
    }
    if (target.removeSource && target.transfer) void removeSources(target.sourceRoot, stored, this.#log);
  }

  async #write(target: StoreTarget, stored: readonly CopyOutcome[], alongside: readonly Statement[]): Promise<void> {
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
    const statements = [this.#files.upserting(rows), ...alongside];
    const [upserted] = await this.#database.write(statements, { durable: true });
    const records = rows.map((row, index) => ({ ...row, id: Number(upserted?.returned[index]?.['id']) }));
    for await (const slice of inTurns(records, TOLD_FILES))
      for (const file of slice) this.#changes.tell('file', fileMetadata(file, record.name));
  }

  /** These files are written no longer. Where others wrote them, too, the last makes the catalogue tell of what is there. */
  async #end(target: StoreTarget, destinations: readonly string[]): Promise<void> {
    const last = destinations.filter((destination) => this.#contested.end(keyOf(target, destination)));
    if (last.length === 0) return;
    try {
      await this.#catalogueWhatIsThere(target, last);
    } catch (error) {
      this.#log.error({ files: last.length, error }, 'files that were stored by several at once could not be compared');
    }
    await this.#end(target, last);
  }

  async #catalogueWhatIsThere(target: StoreTarget, destinations: readonly string[]): Promise<void> {
    const { experiment, area } = target;
    const root = experiment.directories[area];
    const reading = { ...target, sourceRoot: root, transfer: false, abort: new SharedArrayBuffer(4) };
    const items = destinations.map((path) => ({ path, destination: path }));
    const there = (await this.#pool.run(copyTask(reading, items), true)).filter(isStored);
    const rows = await this.#files.byAreaAndPaths(experiment.record.id, area, destinations);
    const known = new Map(rows.map((row) => [row.path, row]));
    const wrong = there.filter((file) => {
      const row = known.get(file.path);
      return row !== undefined && (row.sizeBytes !== file.sizeBytes || row.md5 !== file.md5);
    });
    if (wrong.length === 0) return;
    // Of which version of its source the file is isn't known: no source counts as unchanged.
    const unknownSource = wrong.map((file) => ({ ...file, inode: 0, ctimeMs: 0 }));
    await this.#write({ ...target, catalog: true }, unknownSource, []);
  }

  /** Where a source file goes, relative to the area. */
  destination(target: StoreTarget, path: string): string {
    return posix.join(target.destDirectory, path);
  }
}

function isStored({ status }: CopyOutcome): boolean {
  return status === 'stored';
}

/** Of a file of the storage. */
function keyOf({ experiment, area }: StoreTarget, destination: string): string {
  return `${experiment.record.id}/${area}/${destination}`;
}

function copyTask(target: StoreTarget, items: readonly CopyItem[]): CopyTask {
  const { sourceRoot, checksum, transfer, abort, experiment, area } = target;
  const { [area]: destinationRoot, staging: stagingDirectory } = experiment.directories;
  return { sourceRoot, destinationRoot, stagingDirectory, checksum, transfer, abort, items };
}
