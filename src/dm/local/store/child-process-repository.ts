import type { ChildProcess } from '../../schemas/workflow.js';
import { statement, type Database } from './database.js';
import type { Statement } from './database-messages.js';

export class ChildProcessRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A process as it is now, to be written with what belongs to it. */
  putting(jobSeq: number, child: ChildProcess): Statement {
    return statement(
      'INSERT INTO child_processes (job_seq, number, document) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET document = excluded.document',
      jobSeq,
      child.childProcessNumber,
      JSON.stringify(child),
    );
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
