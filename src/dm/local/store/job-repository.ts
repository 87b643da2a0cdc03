import type { Job } from '../../schemas/job.js';
import type { Database, Row } from './database.js';

/** A row of the jobs table; the document carries no child processes, they have their own table. */
export interface JobRecord {
  readonly seq: number;
  readonly document: Job;
}

export class JobRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns the row's number, which rises with every job */
  insert(document: Job, summary: Job): number {
    return this.#database.run(
      'INSERT INTO jobs (id, owner, active, end_time, summary, document) VALUES (?, ?, 1, NULL, ?, ?)',
      document.id,
      document.owner,
      JSON.stringify(summary),
      JSON.stringify(document),
    ).lastInsertRowid;
  }

  update(seq: number, document: Job, summary: Job, active: boolean): void {
    this.#database.run(
      'UPDATE jobs SET active = ?, end_time = ?, summary = ?, document = ? WHERE seq = ?',
      active ? 1 : 0,
      document.endTime ?? null,
      JSON.stringify(summary),
      JSON.stringify(document),
      seq,
    );
  }

  get(id: string): JobRecord | undefined {
    const row = this.#database.get('SELECT seq, document FROM jobs WHERE id = ?', id);
    return row === undefined ? undefined : toRecord(row);
  }

  /** Summaries, newest first. */
  list(owner: string, skip: number, limit: number): Job[] {
    return this.#database
      .all('SELECT summary FROM jobs WHERE owner = ? ORDER BY seq DESC LIMIT ? OFFSET ?', owner, limit, skip)
      .map((row) => JSON.parse(String(row['summary'])) as Job);
  }

  /** Those that had not ended, oldest first. */
  active(): JobRecord[] {
    return this.#database.all('SELECT seq, document FROM jobs WHERE active = 1 ORDER BY seq').map(toRecord);
  }

  /** Forget those that ended before. @param time Unix seconds */
  prune(time: number): number {
    return this.#database.run('DELETE FROM jobs WHERE active = 0 AND end_time < ?', time).changes;
  }
}

function toRecord(row: Row): JobRecord {
  return { seq: Number(row['seq']), document: JSON.parse(String(row['document'])) as Job };
}
