import {
  DatabaseSync,
  enhance,
  type EnhancedDatabaseSync,
  type DatabaseSyncInstance,
  type StatementSyncInstance,
} from '@photostructure/sqlite';
import { errorText } from '../../error-text.js';
import { DmError } from '../../errors.js';
import type { Row, SqlValue, Statement, WriteResult } from './database-messages.js';
import { MIGRATIONS } from './migrations.js';

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/full/iu, '; free some space'],
  [/malformed|not a database/iu, '; put a backup in its place, or move it away to begin with an empty one'],
  [/unable to open|readonly|read-only/iu, '; see to it that this user can read and write the file and its directory'],
];

/**
 * The engine's SQLite file: WAL, one writer, locked against a second engine. Every commit survives the death of the process;
 * a durable one also survives a power failure (the log is synced before the call returns). Every call may wait for the disk.
 */
export class Connection {
  readonly #file: string;
  readonly #connection: EnhancedDatabaseSync<DatabaseSyncInstance>;
  readonly #statements = new Map<string, StatementSyncInstance>();

  /** @throws DmError DM_CONFIGURATION when another engine uses the file or a newer program wrote it, DM_DB when it can't be used */
  constructor(file: string) {
    this.#file = file;
    this.#connection = this.#guard(() => enhance(new DatabaseSync(file)));
    try {
      this.#connection.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
      this.#connection.exec('PRAGMA foreign_keys = ON; PRAGMA locking_mode = EXCLUSIVE');
      // The lock is taken with the next transaction that writes, and kept.
      this.#connection.exec('BEGIN IMMEDIATE; COMMIT');
      this.#migrate(file);
    } catch (error) {
      this.#connection.close();
      if (error instanceof Error && /locked|busy/iu.test(error.message)) {
        throw new DmError('DM_CONFIGURATION', `${file} is in use by another engine; give each its own dm.local.root.`, {
          cause: error,
        });
      }
      this.#guard(() => {
        throw error;
      });
    }
  }

  get isInTransaction(): boolean {
    return this.#connection.isTransaction;
  }

  get(sql: string, values: readonly SqlValue[] = []): Row | undefined {
    return this.#guard(() => this.#prepare(sql).get(...values) as Row | undefined);
  }

  /** Rows as they are asked for; several may be under way at once, also while something is written. */
  *iterate(sql: string, values: readonly SqlValue[] = []): Generator<Row> {
    const rows = this.#guard(() => this.#connection.prepare(sql).iterate(...values)) as IterableIterator<Row>;
    for (;;) {
      const next = this.#guard(() => rows.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  /** Run statements; all of them, or none when one fails. */
  write(statements: readonly Statement[], { durable = false } = {}): WriteResult[] {
    return this.transaction(() => statements.map((statement) => this.#run(statement)), { durable });
  }

  /**
   * Run `body` in one transaction. One within another is undone alone when it fails; the outermost decides how durable all of them are.
   * @throws TypeError, and nothing is written, when the body gives a promise: what comes later would not be in the transaction
   */
  transaction<T>(body: () => T, { durable = false } = {}): T {
    const isOutermost = !this.#connection.isTransaction;
    let ofBody: unknown;
    const remembering = (): T => {
      try {
        return body();
      } catch (error) {
        ofBody = error;
        throw error;
      }
    };
    try {
      if (isOutermost && durable) this.#connection.exec('PRAGMA synchronous = FULL');
      return this.#connection.transaction(remembering).immediate();
    } catch (error) {
      throw error === ofBody ? error : this.#explained(error);
    } finally {
      if (isOutermost && durable) this.#connection.exec('PRAGMA synchronous = NORMAL');
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

  #run({ sql, rows }: Statement): WriteResult {
    const prepared = this.#guard(() => this.#prepare(sql));
    const isReturning = /\bRETURNING\b/u.test(sql);
    let changes = 0;
    const returned: Row[] = [];
    this.#guard(() => {
      for (const values of rows) {
        if (isReturning) returned.push(...(prepared.all(...values) as Row[]));
        else changes += prepared.run(...values).changes;
      }
    });
    return { changes: isReturning ? returned.length : changes, returned };
  }

  #guard<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      throw this.#explained(error);
    }
  }

  /** Errors of SQLite become `DM_DB`. */
  #explained(error: unknown): unknown {
    if (error instanceof DmError || error instanceof TypeError) return error;
    const message = errorText(error);
    const remedy = REMEDIES.find(([pattern]) => pattern.test(message))?.[1] ?? '';
    return new DmError('DM_DB', `The database can't be used: ${message}${remedy} (${this.#file}).`, { cause: error });
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
