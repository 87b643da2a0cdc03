import { exactJsonText, readExactJson } from '../../exact-json.js';
import { datasetSchema, type Dataset } from '../../schemas/catalog.js';
import { statement, type Database } from './database.js';
import type { Row } from './database-messages.js';

export class DatasetRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns false when the experiment has a dataset of that name */
  async insert(experimentId: number, dataset: Dataset): Promise<boolean> {
    const insertion = statement(
      'INSERT INTO datasets (experiment_id, name, document) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      experimentId,
      dataset.datasetName,
      exactJsonText(dataset),
    );
    const [result] = await this.#database.write([insertion], { durable: true });
    return result !== undefined && result.changes > 0;
  }

  async byName(experimentId: number, name: string): Promise<Dataset | undefined> {
    const row = await this.#database.get(
      'SELECT document FROM datasets WHERE experiment_id = ? AND name = ?',
      experimentId,
      name,
    );
    return row === undefined ? undefined : toDataset(row);
  }

  /** Oldest first. */
  list(experimentId: number, skip: number, limit: number): Promise<Dataset[]> {
    const sql = 'SELECT document FROM datasets WHERE experiment_id = ? ORDER BY id LIMIT ? OFFSET ?';
    return this.#database.all(toDataset, sql, experimentId, limit, skip);
  }
}

function toDataset(row: Row): Dataset {
  return datasetSchema.parse(readExactJson(String(row['document'])));
}
