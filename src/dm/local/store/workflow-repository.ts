import { workflowSchema, type Workflow } from '../../schemas/workflow.js';
import type { Database, Row } from './database.js';

export class WorkflowRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  put(workflow: Workflow): void {
    this.#database.transaction(
      () =>
        this.#database.run(
          'INSERT INTO workflows (owner, name, document) VALUES (?, ?, ?) ON CONFLICT (owner, name) DO UPDATE SET document = excluded.document',
          workflow.owner,
          workflow.name,
          JSON.stringify(workflow),
        ),
      { durable: true },
    );
  }

  get(owner: string, name: string): Workflow | undefined {
    const row = this.#database.get('SELECT document FROM workflows WHERE owner = ? AND name = ?', owner, name);
    return row === undefined ? undefined : toWorkflow(row);
  }

  list(owner: string): Workflow[] {
    return this.#database.all('SELECT document FROM workflows WHERE owner = ? ORDER BY name', owner).map(toWorkflow);
  }

  /** @returns false when there was none */
  remove(owner: string, name: string): boolean {
    return this.#database.transaction(
      () => this.#database.run('DELETE FROM workflows WHERE owner = ? AND name = ?', owner, name).changes > 0,
      { durable: true },
    );
  }
}

function toWorkflow(row: Row): Workflow {
  return workflowSchema.parse(JSON.parse(String(row['document'])));
}
