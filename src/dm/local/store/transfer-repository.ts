import type { Database, Row } from './database.js';

/** A row of the DAQs' or of the uploads' table. */
export interface TransferRecord<Info, Options> {
  readonly seq: number;
  readonly info: Info;
  readonly options: Options;
}

interface BaseInfo {
  readonly id: string;
  readonly experimentName: string;
  readonly endTime?: number | undefined;
}

/** DAQs and uploads live in two tables of one shape. */
export class TransferRepository<Info extends BaseInfo, Options> {
  readonly #database: Database;
  readonly #table: 'daqs' | 'uploads';

  constructor(database: Database, table: 'daqs' | 'uploads') {
    this.#database = database;
    this.#table = table;
  }

  /** @returns the row's number */
  insert(info: Info, options: Options): number {
    return this.#database.transaction(
      () =>
        this.#database.run(
          `INSERT INTO ${this.#table} (id, experiment, active, info, options) VALUES (?, ?, 1, ?, ?)`,
          info.id,
          info.experimentName,
          JSON.stringify(info),
          JSON.stringify(options),
        ).lastInsertRowid,
      { durable: true },
    );
  }

  update(info: Info, active: boolean): void {
    this.#database.run(
      `UPDATE ${this.#table} SET info = ?, active = ?, end_time = ? WHERE id = ?`,
      JSON.stringify(info),
      active ? 1 : 0,
      info.endTime ?? null,
      info.id,
    );
  }

  get(id: string): TransferRecord<Info, Options> | undefined {
    const row = this.#database.get(`SELECT * FROM ${this.#table} WHERE id = ?`, id);
    return row === undefined ? undefined : toRecord(row);
  }

  /** Newest first. */
  all(): TransferRecord<Info, Options>[] {
    return this.#database
      .all(`SELECT * FROM ${this.#table} ORDER BY seq DESC`)
      .map((row) => toRecord<Info, Options>(row));
  }

  /** Oldest first. */
  active(): TransferRecord<Info, Options>[] {
    return this.#database
      .all(`SELECT * FROM ${this.#table} WHERE active = 1 ORDER BY seq`)
      .map((row) => toRecord<Info, Options>(row));
  }

  remove(id: string): void {
    this.#database.run(`DELETE FROM ${this.#table} WHERE id = ?`, id);
  }

  removeOfExperiment(experimentName: string): void {
    this.#database.run(`DELETE FROM ${this.#table} WHERE experiment = ?`, experimentName);
  }

  /** Forget those that ended before. @param time Unix seconds */
  prune(time: number): number {
    return this.#database.run(`DELETE FROM ${this.#table} WHERE active = 0 AND end_time < ?`, time).changes;
  }
}

function toRecord<Info, Options>(row: Row): TransferRecord<Info, Options> {
  return {
    seq: Number(row['seq']),
    info: JSON.parse(String(row['info'])) as Info,
    options: JSON.parse(String(row['options'])) as Options,
  };
}
