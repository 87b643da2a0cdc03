import { statement, type Database } from './database.js';
import type { Row } from './database-messages.js';

/** A row of the experiments table. */
export interface ExperimentRecord {
  readonly id: number;
  readonly name: string;
  readonly typeId: number;
  readonly typeName: string;
  readonly description: string | null;
  readonly rootPath: string | null;
  readonly users: readonly string[];
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly createDate: string;
  readonly updateDate: string;
}

const SELECT = 'SELECT e.*, t.name AS type_name FROM experiments e JOIN experiment_types t ON t.id = e.type_id';

/** The experiments. They are few, so all of them are in memory once `load` has been called. */
export class ExperimentRepository {
  readonly #database: Database;
  readonly #byName = new Map<string, ExperimentRecord>();

  constructor(database: Database) {
    this.#database = database;
  }

  async load(): Promise<void> {
    for (const record of await this.#database.all(toRecord, `${SELECT} ORDER BY e.id`))
      this.#byName.set(record.name, record);
  }

  async insert(record: Omit<ExperimentRecord, 'id' | 'typeId'>): Promise<ExperimentRecord> {
    await this.#database.write(
      [
        statement('INSERT OR IGNORE INTO experiment_types (name) VALUES (?)', record.typeName),
        statement(
          `INSERT INTO experiments (name, type_id, description, root_path, users, start_date, end_date, create_date, update_date)
           VALUES (?, (SELECT id FROM experiment_types WHERE name = ?), ?, ?, ?, ?, ?, ?, ?)`,
          record.name,
          record.typeName,
          record.description,
          record.rootPath,
          JSON.stringify(record.users),
          record.startDate,
          record.endDate,
          record.createDate,
          record.updateDate,
        ),
      ],
      { durable: true },
    );
    const row = await this.#database.get(`${SELECT} WHERE e.name = ?`, record.name);
    if (row === undefined) throw new Error(`experiment ${record.name} vanished while it was added`);
    const inserted = toRecord(row);
    this.#byName.set(inserted.name, inserted);
    return inserted;
  }

  byId(id: number): ExperimentRecord | undefined {
    return this.all().find((record) => record.id === id);
  }

  byName(name: string): ExperimentRecord | undefined {
    return this.#byName.get(name);
  }

  /** Newest first. */
  all(): ExperimentRecord[] {
    return [...this.#byName.values()].reverse();
  }

  /** It is no longer found from the call on. */
  async remove(record: ExperimentRecord): Promise<void> {
    this.#byName.delete(record.name);
    try {
      await this.#database.write([statement('DELETE FROM experiments WHERE id = ?', record.id)], { durable: true });
    } catch (error) {
      this.#byName.set(record.name, record);
      throw error;
    }
  }
}

function toRecord(row: Row): ExperimentRecord {
  return {
    id: Number(row['id']),
    name: String(row['name']),
    typeId: Number(row['type_id']),
    typeName: String(row['type_name']),
    description: textOrNull(row['description']),
    rootPath: textOrNull(row['root_path']),
    users: JSON.parse(String(row['users'])) as string[],
    startDate: textOrNull(row['start_date']),
    endDate: textOrNull(row['end_date']),
    createDate: String(row['create_date']),
    updateDate: String(row['update_date']),
  };
}

function textOrNull(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
