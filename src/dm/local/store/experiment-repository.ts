import type { Database, Row } from './database.js';

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

export class ExperimentRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  insert(record: Omit<ExperimentRecord, 'id' | 'typeId'>): ExperimentRecord {
    const id = this.#database.transaction(
      () => {
        this.#database.run('INSERT OR IGNORE INTO experiment_types (name) VALUES (?)', record.typeName);
        return this.#database.run(
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
        ).lastInsertRowid;
      },
      { durable: true },
    );
    const inserted = this.byId(id);
    if (inserted === undefined) throw new Error(`experiment ${id} vanished while it was added`);
    return inserted;
  }

  byId(id: number): ExperimentRecord | undefined {
    return toRecord(this.#database.get(`${SELECT} WHERE e.id = ?`, id));
  }

  byName(name: string): ExperimentRecord | undefined {
    return toRecord(this.#database.get(`${SELECT} WHERE e.name = ?`, name));
  }

  /** Newest first. */
  all(): ExperimentRecord[] {
    return this.#database.all(`${SELECT} ORDER BY e.id DESC`).flatMap((row) => toRecord(row) ?? []);
  }

  remove(id: number): void {
    this.#database.transaction(() => this.#database.run('DELETE FROM experiments WHERE id = ?', id), { durable: true });
  }
}

function toRecord(row: Row | undefined): ExperimentRecord | undefined {
  if (row === undefined) return undefined;
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
