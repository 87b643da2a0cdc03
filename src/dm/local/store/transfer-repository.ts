import { exactJsonText, readExactJson } from '../../exact-json.js';
import { statement, type Database } from './database.js';
import type { Row } from './database-messages.js';

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
  async insert(info: Info, options: Options): Promise<number> {
    const insertion = statement(
      `INSERT INTO ${this.#table} (id, experiment, active, info, options) VALUES (?, ?, 1, ?, ?) RETURNING seq`,
      info.id,
      info.experimentName,
      exactJsonText(info),
      exactJsonText(options),
    );
    const [result] = await this.#database.write([insertion], { durable: true });
    return Number(result?.returned[0]?.['seq']);
  }

  async update(info: Info, active: boolean): Promise<void> {
    await this.#database.write([
      statement(
        `UPDATE ${this.#table} SET info = ?, active = ?, end_time = ? WHERE id = ?`,
        exactJsonText(info),
        active ? 1 : 0,
        info.endTime ?? null,
        info.id,
      ),
    ]);
  }

  async get(id: string): Promise<TransferRecord<Info, Options> | undefined> {
    const row = await this.#database.get(`SELECT * FROM ${this.#table} WHERE id = ?`, id);
    return row === undefined ? undefined : toRecord(row);
  }

  /** Newest first. */
  infos(): Promise<Info[]> {
    return this.#database.all(
      (row) => readExactJson(String(row['info'])) as Info,
      `SELECT info FROM ${this.#table} ORDER BY seq DESC`,
    );
  }

  /** Oldest first. */
  active(): Promise<TransferRecord<Info, Options>[]> {
    return this.#database.all(toRecord<Info, Options>, `SELECT * FROM ${this.#table} WHERE active = 1 ORDER BY seq`);
  }

  async remove(id: string): Promise<void> {
    await this.#database.write([statement(`DELETE FROM ${this.#table} WHERE id = ?`, id)]);
  }

  async removeOfExperiment(experimentName: string): Promise<void> {
    await this.#database.write([statement(`DELETE FROM ${this.#table} WHERE experiment = ?`, experimentName)]);
  }

  /** Forget those that ended before, some at a time. @param time Unix seconds @returns how many */
  prune(time: number): Promise<number> {
    return this.#database.writeRepeatedly(
      `DELETE FROM ${this.#table} WHERE seq IN (SELECT seq FROM ${this.#table} WHERE active = 0 AND end_time < ? LIMIT ?)`,
      time,
    );
  }
}

function toRecord<Info, Options>(row: Row): TransferRecord<Info, Options> {
  return {
    seq: Number(row['seq']),
    info: readExactJson(String(row['info'])) as Info,
    options: readExactJson(String(row['options'])) as Options,
  };
}
