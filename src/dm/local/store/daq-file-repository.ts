import type { Database } from './database.js';

/** What a DAQ knows of one file: the version it last saw, and whether it stored it or found it there at its start. */
export interface DaqFileRecord {
  readonly path: string;
  readonly signature: string;
  readonly stored: boolean;
}

/** The files that an active DAQ needn't take (again), so that a restart finds exactly what was missed. */
export class DaqFileRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  put(daqSeq: number, records: Iterable<DaqFileRecord>): void {
    this.#database.transaction(() => {
      for (const record of records) {
        this.#database.run(
          'INSERT INTO daq_files (daq_seq, path, signature, stored) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET signature = excluded.signature, stored = excluded.stored',
          daqSeq,
          record.path,
          record.signature,
          record.stored ? 1 : 0,
        );
      }
    });
  }

  *all(daqSeq: number): Generator<DaqFileRecord> {
    for (const row of this.#database.iterate(
      'SELECT path, signature, stored FROM daq_files WHERE daq_seq = ?',
      daqSeq,
    )) {
      yield { path: String(row['path']), signature: String(row['signature']), stored: row['stored'] === 1 };
    }
  }

  removeAll(daqSeq: number): void {
    this.#database.run('DELETE FROM daq_files WHERE daq_seq = ?', daqSeq);
  }
}
