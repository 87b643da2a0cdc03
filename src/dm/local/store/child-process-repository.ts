import type { ChildProcess } from '../../schemas/workflow.js';
import type { Database } from './database.js';

export class ChildProcessRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  put(jobSeq: number, child: ChildProcess): void {
    this.#database.run(
      'INSERT INTO child_processes (job_seq, number, document) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET document = excluded.document',
      jobSeq,
      child.childProcessNumber,
      JSON.stringify(child),
    );
  }

  /** In the order of their numbers. */
  all(jobSeq: number): ChildProcess[] {
    return this.#database
      .all('SELECT document FROM child_processes WHERE job_seq = ? ORDER BY number', jobSeq)
      .map((row) => JSON.parse(String(row['document'])) as ChildProcess);
  }
}
