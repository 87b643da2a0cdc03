import type { Database } from './database.js';
import type { Statement } from './database-messages.js';

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

  /** To be written with the files themselves. */
  putting(daqSeq: number, records: readonly DaqFileRecord[]): Statement {
    return {
      sql: 'INSERT INTO daq_files (daq_seq, path, signature, stored) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET signature = excluded.signature, stored = excluded.stored',
      rows: records.map(({ path, signature, stored }) => [daqSeq, path, signature, stored ? 1 : 0]),
    };
  }

  async put(daqSeq: number, records: readonly DaqFileRecord[]): Promise<void> {
    await this.#database.write([this.putting(daqSeq, records)]);
  }

  /** All of them, some at a time. */
  async *all(daqSeq: number): AsyncGenerator<readonly DaqFileRecord[]> {
    const sql = 'SELECT path, signature, stored FROM daq_files WHERE daq_seq = ?';
    for await (const rows of this.#database.pages(sql, daqSeq)) {
      yield rows.map((row) => ({
        path: String(row['path']),
        signature: String(row['signature']),
        stored: row['stored'] === 1,
      }));
    }
  }

  /** A part of them at a time, so that other writes come between. */
  async removeAll(daqSeq: number): Promise<void> {
    await this.#database.writeRepeatedly(
      'DELETE FROM daq_files WHERE daq_seq = ? AND path IN (SELECT path FROM daq_files WHERE daq_seq = ? LIMIT ?)',
      daqSeq,
      daqSeq,
    );
  }
}
