import type { Database, Row } from './database.js';

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
  readonly storedMs: number;
}

const AREAS: readonly StorageArea[] = ['data', 'analysis'];

export class FileRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Insert, or replace what the catalogue knew of the same path. */
  upsert(record: Omit<FileRecord, 'id'>): FileRecord {
    const row = this.#database.get(
      `INSERT INTO files (experiment_id, area, path, size_bytes, md5, mtime_ms, stored_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (experiment_id, path, area) DO UPDATE SET size_bytes = excluded.size_bytes, md5 = excluded.md5, mtime_ms = excluded.mtime_ms,
         stored_ms = excluded.stored_ms RETURNING id`,
      record.experimentId,
      AREAS.indexOf(record.area),
      record.path,
      record.sizeBytes,
      record.md5,
      record.mtimeMs,
      record.storedMs,
    );
    return { ...record, id: Number(row?.['id']) };
  }

  /** The file of that path; one under `data` comes before one under `analysis`. */
  byPath(experimentId: number, path: string): FileRecord | undefined {
    return toRecord(
      this.#database.get(
        'SELECT * FROM files WHERE experiment_id = ? AND path = ? ORDER BY area LIMIT 1',
        experimentId,
        path,
      ),
    );
  }

  byAreaAndPath(experimentId: number, area: StorageArea, path: string): FileRecord | undefined {
    return toRecord(
      this.#database.get(
        'SELECT * FROM files WHERE experiment_id = ? AND path = ? AND area = ?',
        experimentId,
        path,
        AREAS.indexOf(area),
      ),
    );
  }

  /** A page in the order of the paths; rows that are skipped are counted in the index alone. */
  list(experimentId: number, skip: number, limit: number): FileRecord[] {
    return this.#database
      .all(
        `SELECT * FROM files WHERE id IN (SELECT id FROM files WHERE experiment_id = ? ORDER BY path, area LIMIT ? OFFSET ?)
         ORDER BY path, area`,
        experimentId,
        limit,
        skip,
      )
      .flatMap((row) => toRecord(row) ?? []);
  }

  *iterate(experimentId: number): Generator<FileRecord> {
    for (const row of this.#database.iterate(
      'SELECT * FROM files WHERE experiment_id = ? ORDER BY path, area',
      experimentId,
    )) {
      const record = toRecord(row);
      if (record !== undefined) yield record;
    }
  }
}

function toRecord(row: Row | undefined): FileRecord | undefined {
  if (row === undefined) return undefined;
  return {
    id: Number(row['id']),
    experimentId: Number(row['experiment_id']),
    area: AREAS[Number(row['area'])] ?? 'data',
    path: String(row['path']),
    sizeBytes: Number(row['size_bytes']),
    md5: row['md5'] === null ? null : String(row['md5']),
    mtimeMs: Number(row['mtime_ms']),
    storedMs: Number(row['stored_ms']),
  };
}
