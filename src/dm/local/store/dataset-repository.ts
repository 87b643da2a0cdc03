import { datasetSchema, type Dataset } from '../../schemas/catalog.js';
import type { Database } from './database.js';

export class DatasetRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns false when the experiment has a dataset of that name */
  insert(experimentId: number, dataset: Dataset): boolean {
    return this.#database.transaction(
      () =>
        this.#database.run(
          'INSERT INTO datasets (experiment_id, name, document) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          experimentId,
          dataset.datasetName,
          JSON.stringify(dataset),
        ).changes > 0,
      { durable: true },
    );
  }

  byName(experimentId: number, name: string): Dataset | undefined {
    const row = this.#database.get(
      'SELECT document FROM datasets WHERE experiment_id = ? AND name = ?',
      experimentId,
      name,
    );
    return row === undefined ? undefined : datasetSchema.parse(JSON.parse(String(row['document'])));
  }

  /** Oldest first. */
  list(experimentId: number, skip: number, limit: number): Dataset[] {
    return this.#database
      .all(
        'SELECT document FROM datasets WHERE experiment_id = ? ORDER BY id LIMIT ? OFFSET ?',
        experimentId,
        limit,
        skip,
      )
      .map((row) => datasetSchema.parse(JSON.parse(String(row['document']))));
  }
}
