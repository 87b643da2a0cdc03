import type { ChildProcess } from '../../schemas/workflow.js';
import { statement, type Database } from './database.js';

export class ChildProcessRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async put(jobSeq: number, child: ChildProcess): Promise<void> {
    const sql =
      'INSERT INTO child_processes (job_seq, number, document) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET document = excluded.document';
    await this.#database.write([statement(sql, jobSeq, child.childProcessNumber, JSON.stringify(child))]);
  }

  /** In the order of their numbers. */
  all(jobSeq: number): Promise<ChildProcess[]> {
    return this.#database.all(
      (row) => JSON.parse(String(row['document'])) as ChildProcess,
      'SELECT document FROM child_processes WHERE job_seq = ? ORDER BY number',
      jobSeq,
    );
  }
}
