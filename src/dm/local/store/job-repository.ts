import { exactJsonText, readExactJson } from '../../exact-json.js';
import type { Query } from '../../matches-query.js';
import type { Job } from '../../schemas/job.js';
import { isTerminalStatus } from '../../schemas/status.js';
import { statement, type Database } from './database.js';
import type { Row, Statement } from './database-messages.js';

/** A row of the jobs table; the document carries no child processes, they have their own table. */
export interface JobRecord {
  readonly seq: number;
  readonly document: Job;
}

export class JobRepository {
  readonly #database: Database;
  #lastSeq = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** To be called before anything else. */
  async load(): Promise<void> {
    const row = await this.#database.get("SELECT seq FROM sqlite_sequence WHERE name = 'jobs'");
    this.#lastSeq = Number(row?.['seq'] ?? 0);
  }

  /** A new job, to be written with what it belongs to. `seq` is the row's number, which rises with every job. */
  inserting(document: Job, summary: Job): { readonly seq: number; readonly statement: Statement } {
    const seq = ++this.#lastSeq;
    const insertion = statement(
      'INSERT INTO jobs (seq, id, owner, active, end_time, summary, document) VALUES (?, ?, ?, 1, NULL, ?, ?)',
      seq,
      document.id,
      document.owner,
      exactJsonText(summary),
      exactJsonText(document),
    );
    return { seq, statement: insertion };
  }

  /** A job as it is now, to be written with what belongs to it. */
  updating(seq: number, document: Job, summary: Job, active: boolean): Statement {
    return statement(
      'UPDATE jobs SET active = ?, end_time = ?, summary = ?, document = ? WHERE seq = ?',
      active ? 1 : 0,
      document.endTime ?? null,
      exactJsonText(summary),
      exactJsonText(document),
      seq,
    );
  }

  async get(id: string): Promise<JobRecord | undefined> {
    const row = await this.#database.get('SELECT seq, document FROM jobs WHERE id = ?', id);
    return row === undefined ? undefined : toRecord(row);
  }

  /** Summaries, newest first. */
  list(owner: string, skip: number, limit: number): Promise<Job[]> {
    const sql = 'SELECT summary FROM jobs WHERE owner = ? ORDER BY seq DESC LIMIT ? OFFSET ?';
    return this.#database.all(toSummary, sql, owner, limit, skip);
  }

  /** Summaries of those that may match a query, newest first: the rows of active ones may be behind, so all of them. */
  like(owner: string, query: Query): Promise<Job[]> {
    const { status } = query;
    const isEnded = typeof status === 'string' && isTerminalStatus(status);
    const ended = status === undefined ? 'TRUE' : isEnded ? "json_extract(summary, '$.status') = ?" : 'FALSE';
    const sql = `SELECT summary FROM jobs WHERE owner = ? AND (active = 1 OR ${ended}) ORDER BY seq DESC`;
    return this.#database.all(toSummary, sql, owner, ...(isEnded ? [status] : []));
  }

  /** Those that had not ended, oldest first. */
  active(): Promise<JobRecord[]> {
    return this.#database.all(toRecord, 'SELECT seq, document FROM jobs WHERE active = 1 ORDER BY seq');
  }

  /** Forget those that ended before, some at a time. @param time Unix seconds @returns how many */
  prune(time: number): Promise<number> {
    return this.#database.writeRepeatedly(
      'DELETE FROM jobs WHERE seq IN (SELECT seq FROM jobs WHERE active = 0 AND end_time < ? LIMIT ?)',
      time,
    );
  }
}

function toSummary(row: Row): Job {
  return readExactJson(String(row['summary'])) as Job;
}

function toRecord(row: Row): JobRecord {
  return { seq: Number(row['seq']), document: readExactJson(String(row['document'])) as Job };
}
