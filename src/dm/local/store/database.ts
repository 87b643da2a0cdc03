import { DmError } from '../../errors.js';
import { Deferred } from '../deferred.js';
import { Thread } from '../thread.js';
import type { DatabaseReply, DatabaseRequest, Row, SqlValue, Statement, WriteResult } from './database-messages.js';

type Asked = Exclude<DatabaseRequest, { kind: 'drop' }>;
type Answer = Exclude<DatabaseReply, { kind: 'trouble' | 'failed' }>;
/** A request that has no number yet. */
type Unnumbered = Asked extends infer R ? (R extends Asked ? Omit<R, 'id'> : never) : never;

/** How much one of many repetitions of a statement changes. */
const REPEATED_ROWS = 500;

/** A statement that runs once. */
export function statement(sql: string, ...values: SqlValue[]): Statement {
  return { sql, rows: [values] };
}

/**
 * The engine's SQLite file, in a thread of its own, so that neither a slow disk nor a large query ever holds up this one. Calls are worked on in the order they
 * are made: a read sees every write before it. A write is answered once it is committed, and on the disk if it is a durable one.
 */
export class Database {
  readonly #file: string;
  readonly #onTrouble: (message: string | null) => void;
  readonly #script: URL;
  readonly #pending = new Map<number, Deferred<Answer>>();
  #thread: Promise<Thread<DatabaseRequest, DatabaseReply>> | undefined;
  #nextId = 0;
  #closed = false;

  /** @param onTrouble told when nothing can be written any more because of what happened to the file, and (null) when it can again */
  constructor(
    file: string,
    onTrouble: (message: string | null) => void = () => undefined,
    script = new URL('./database-worker.js', import.meta.url),
  ) {
    this.#file = file;
    this.#onTrouble = onTrouble;
    this.#script = script;
  }

  /** @throws DmError DM_CONFIGURATION when another engine uses the file or a newer program wrote it, DM_DB when it can't be used */
  async open(): Promise<void> {
    await this.#opened();
  }

  /** Run statements in one transaction; all of them, or none when one fails. @returns what each did @throws DmError DM_DB */
  async write(statements: readonly Statement[], { durable = false } = {}): Promise<readonly WriteResult[]> {
    const answer = await this.#ask({ kind: 'write', statements, durable });
    return answer.kind === 'written' ? answer.results : [];
  }

  /**
   * Run a statement whose last value limits how much it changes, until nothing is left; other writes come between.
   * @returns how much was changed @throws DmError DM_DB
   */
  async writeRepeatedly(sql: string, ...values: SqlValue[]): Promise<number> {
    let changes = 0;
    for (;;) {
      const [result] = await this.write([statement(sql, ...values, REPEATED_ROWS)]);
      changes += result?.changes ?? 0;
      if ((result?.changes ?? 0) < REPEATED_ROWS) return changes;
    }
  }

  /** The first row. @throws DmError DM_DB */
  async get(sql: string, ...values: SqlValue[]): Promise<Row | undefined> {
    const answer = await this.#ask({ kind: 'get', sql, values });
    return answer.kind === 'page' ? answer.rows[0] : undefined;
  }

  /** All rows, some at a time and each time in a turn of its own. What is written meanwhile may be among them. @throws DmError DM_DB */
  async *pages(sql: string, ...values: SqlValue[]): AsyncGenerator<readonly Row[]> {
    const id = this.#nextId++;
    let answer = await this.#ask({ kind: 'read', sql, values }, id);
    try {
      while (answer.kind === 'page') {
        const { rows, last } = answer;
        if (rows.length > 0) yield rows;
        if (last) return;
        answer = await this.#ask({ kind: 'next', cursor: id });
      }
    } finally {
      if (answer.kind === 'page' && !answer.last) await this.#drop(id);
    }
  }

  /** All rows, each made into what it stands for. @throws DmError DM_DB */
  async all<T>(make: (row: Row) => T, sql: string, ...values: SqlValue[]): Promise<T[]> {
    const made: T[] = [];
    for await (const rows of this.pages(sql, ...values)) for (const row of rows) made.push(make(row));
    return made;
  }

  /** What was asked for before still is done. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const thread = this.#thread;
    const closed = thread === undefined ? undefined : this.#ask({ kind: 'close' });
    this.#closed = true;
    await closed?.catch(() => undefined);
    const ended = await thread?.catch(() => undefined);
    await ended?.terminate();
  }

  async #ask(request: Unnumbered, id = this.#nextId++): Promise<Answer> {
    if (this.#closed) throw new DmError('DM_DB', 'The engine is closed.');
    const thread = await this.#opened();
    return await this.#post(thread, { ...request, id });
  }

  #post(thread: Thread<DatabaseRequest, DatabaseReply>, request: Asked): Promise<Answer> {
    const answered = new Deferred<Answer>();
    this.#pending.set(request.id, answered);
    thread.post(request);
    return answered.promise;
  }

  async #drop(cursor: number): Promise<void> {
    (await this.#thread?.catch(() => undefined))?.post({ kind: 'drop', cursor });
  }

  #opened(): Promise<Thread<DatabaseRequest, DatabaseReply>> {
    this.#thread ??= this.#spawn();
    return this.#thread;
  }

  async #spawn(): Promise<Thread<DatabaseRequest, DatabaseReply>> {
    const thread = new Thread<DatabaseRequest, DatabaseReply>(
      this.#script,
      (reply) => {
        this.#take(reply);
      },
      (reason) => {
        this.#lost(reason);
      },
    );
    try {
      await this.#post(thread, { kind: 'open', id: this.#nextId++, file: this.#file });
    } catch (error) {
      this.#thread = undefined;
      await thread.terminate();
      throw error;
    }
    return thread;
  }

  #take(reply: DatabaseReply): void {
    if (reply.kind === 'trouble') {
      this.#onTrouble(reply.message);
      return;
    }
    const answered = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.kind === 'failed') answered?.reject(new DmError(reply.code, reply.message));
    else answered?.resolve(reply);
  }

  /** The next call opens the file again. */
  #lost(reason: string): void {
    this.#thread = undefined;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const answered of pending) {
      answered.reject(new DmError('DM_DB', `The database thread failed (${reason}); ${this.#file} is opened again.`));
    }
  }
}
