import type { Database } from './database.js';
import type { Row, Statement } from './database-messages.js';

/** Which of an experiment's directories a stored file lies in. */
export type StorageArea = 'data' | 'analysis';

/** A row of the catalogue. `path` is relative to the area's directory. */
export interface FileRecord {
  readonly id: number;
  readonly experimentId: number;
  readonly area: StorageArea;
  readonly path: string;
  readonly sizeBytes: number;
  readonly md5: string | null;
  readonly mtimeMs: number;
  /** Of the source when it was stored; null in rows of older programs. */
  readonly inode: number | null;
  readonly ctimeMs: number | null;
  readonly storedMs: number;
}

const AREAS: readonly StorageArea[] = ['data', 'analysis'];

export class FileRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Insert, or replace what the catalogue knew of the same paths. Returns the rows' `id` in the same order. */
  upserting(records: readonly Omit<FileRecord, 'id'>[]): Statement {
    return {
      sql: `INSERT INTO files (experiment_id, area, path, size_bytes, md5, mtime_ms, inode, ctime_ms, stored_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (experiment_id, path, area) DO UPDATE SET size_bytes = excluded.size_bytes, md5 = excluded.md5, mtime_ms = excluded.mtime_ms,
         inode = excluded.inode, ctime_ms = excluded.ctime_ms, stored_ms = excluded.stored_ms RETURNING id`,
      rows: records.map((record) => [
        record.experimentId,
        AREAS.indexOf(record.area),
        record.path,
        record.sizeBytes,
        record.md5,
        record.mtimeMs,
        record.inode,
        record.ctimeMs,
        record.storedMs,
      ]),
    };
  }

  /** The file of that path; one under `data` comes before one under `analysis`. */
  async byPath(experimentId: number, path: string): Promise<FileRecord | undefined> {
    const row = await this.#database.get(
      'SELECT * FROM files WHERE experiment_id = ? AND path = ? ORDER BY area LIMIT 1',
      experimentId,
      path,
    );
    return row === undefined ? undefined : toRecord(row);
  }

  /** Those of the paths that the catalogue has, in any order. */
  byAreaAndPaths(experimentId: number, area: StorageArea, paths: readonly string[]): Promise<FileRecord[]> {
    return this.#database.all(
      toRecord,
      'SELECT * FROM files WHERE experiment_id = ? AND path IN (SELECT value FROM json_each(?)) AND area = ?',
      experimentId,
      JSON.stringify(paths),
      AREAS.indexOf(area),
    );
  }

  /** A page in the order of the paths; rows that are skipped are counted in the index alone. */
  list<T>(experimentId: number, skip: number, limit: number, make: (record: FileRecord) => T): Promise<T[]> {
    return this.#database.all(
      (row) => make(toRecord(row)),
      `SELECT * FROM files WHERE id IN (SELECT id FROM files WHERE experiment_id = ? ORDER BY path, area LIMIT ? OFFSET ?)
         ORDER BY path, area`,
      experimentId,
      limit,
      skip,
    );
  }

  /** All of an experiment, some at a time. */
  async *iterate(experimentId: number): AsyncGenerator<readonly FileRecord[]> {
    const sql = 'SELECT * FROM files WHERE experiment_id = ? ORDER BY path, area';
    for await (const rows of this.#database.pages(sql, experimentId)) yield rows.map(toRecord);
  }
}

function toRecord(row: Row): FileRecord {
  return {
    id: Number(row['id']),
    experimentId: Number(row['experiment_id']),
    area: AREAS[Number(row['area'])] ?? 'data',
    path: String(row['path']),
    sizeBytes: Number(row['size_bytes']),
    md5: row['md5'] === null ? null : String(row['md5']),
    mtimeMs: Number(row['mtime_ms']),
    inode: numberOrNull(row['inode']),
    ctimeMs: numberOrNull(row['ctime_ms']),
    storedMs: Number(row['stored_ms']),
  };
}

function numberOrNull(value: Row[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
