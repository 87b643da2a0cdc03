import { DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite';
import { errorText } from '../../error-text.js';
import { DmError } from '../../errors.js';
import { MIGRATIONS } from './migrations.js';

/** A value as SQLite stores it. */
export type SqlValue = string | number | null;
/** A row, by column name. */
export type Row = Readonly<Record<string, SqlValue>>;

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/full/iu, '; free some space'],
  [/malformed|not a database/iu, '; put a backup in its place, or move it away to begin with an empty one'],
  [/unable to open|readonly|read-only/iu, '; see to it that this user can read and write the file and its directory'],
];

/**
 * The engine's SQLite file: WAL, one writer, locked against a second engine. Every commit survives the death of the process;
 * a durable one also survives a power failure (the log is synced before the call returns).
 */
export class Database {
  readonly #file: string;
  readonly #connection: InstanceType<typeof DatabaseSync>;
  readonly #statements = new Map<string, StatementSyncInstance>();
  #depth = 0;

  /** @throws DmError DM_CONFIGURATION when another engine uses the file or a newer program wrote it, DM_DB when it can't be used */
  constructor(file: string) {
    this.#file = file;
    this.#connection = this.#guard(() => new DatabaseSync(file));
    try {
      this.#connection.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
      this.#connection.exec('PRAGMA foreign_keys = ON; PRAGMA locking_mode = EXCLUSIVE');
      // The lock is taken with the next transaction that writes, and kept.
      this.#connection.exec('BEGIN IMMEDIATE; COMMIT');
      this.#migrate(file);
    } catch (error) {
      this.#connection.close();
      if (error instanceof Error && /locked|busy/iu.test(error.message)) {
        throw new DmError('DM_CONFIGURATION', `${file} is in use by another engine; give each its own root.`, {
          cause: error,
        });
      }
      this.#guard(() => {
        throw error;
      });
    }
  }

  run(sql: string, ...values: SqlValue[]): { changes: number; lastInsertRowid: number } {
    const result = this.#guard(() => this.#prepare(sql).run(...values));
    return { changes: result.changes, lastInsertRowid: Number(result.lastInsertRowid) };
  }

  get(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.#guard(() => this.#prepare(sql).get(...values) as Row | undefined);
  }

  all(sql: string, ...values: SqlValue[]): Row[] {
    return this.#guard(() => this.#prepare(sql).all(...values) as Row[]);
  }

  iterate(sql: string, ...values: SqlValue[]): IterableIterator<Row> {
    return this.#prepare(sql).iterate(...values) as IterableIterator<Row>;
  }

  /** Run `body` in one transaction; a nested one joins the outer, whose durability decides. */
  transaction<T>(body: () => T, { durable = false } = {}): T {
    if (this.#depth > 0) return body();
    this.#guard(() => {
      if (durable) this.#connection.exec('PRAGMA synchronous = FULL');
      this.#connection.exec('BEGIN IMMEDIATE');
    });
    this.#depth++;
    try {
      const result = body();
      this.#guard(() => {
        this.#connection.exec('COMMIT');
      });
      return result;
    } catch (error) {
      // A full disk may already have rolled back.
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
      throw error;
    } finally {
      this.#depth--;
      if (durable) this.#connection.exec('PRAGMA synchronous = NORMAL');
    }
  }

  /** The connection itself lives until its statements are collected as garbage, so the lock is given up by hand. */
  close(): void {
    this.#statements.clear();
    try {
      this.#connection.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL');
      this.#connection.exec('SELECT count(*) FROM sqlite_master');
    } catch {
      // On a full disk the log stays beside the file, and the lock until the process ends; the next start takes up both.
    }
    this.#connection.close();
  }

  /** Errors of SQLite become `DM_DB`. */
  #guard<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      if (error instanceof DmError) throw error;
      const message = errorText(error);
      const remedy = REMEDIES.find(([pattern]) => pattern.test(message))?.[1] ?? '';
      throw new DmError('DM_DB', `The database can't be used: ${message}${remedy} (${this.#file}).`, { cause: error });
    }
  }

  #prepare(sql: string): StatementSyncInstance {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #migrate(file: string): void {
    const version = Number(this.get('PRAGMA user_version')?.['user_version'] ?? 0);
    if (version > MIGRATIONS.length) {
      throw new DmError(
        'DM_CONFIGURATION',
        `${file} was written by a newer dm-ioc (schema ${version}); update dm-ioc.`,
      );
    }
    MIGRATIONS.slice(version).forEach((sql, index) => {
      this.transaction(() => {
        this.#connection.exec(sql);
        this.#connection.exec(`PRAGMA user_version = ${version + index + 1}`);
      });
    });
  }
}
