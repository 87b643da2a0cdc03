import { workflowSchema, type Workflow } from '../../schemas/workflow.js';
import { statement, type Database } from './database.js';
import type { Row } from './database-messages.js';

/** The workflows that were added at run time. They are few, so all of them are in memory once `load` has been called. */
export class WorkflowRepository {
  readonly #database: Database;
  readonly #workflows = new Map<string, Workflow>();

  constructor(database: Database) {
    this.#database = database;
  }

  async load(): Promise<void> {
    for (const workflow of await this.#database.all(toWorkflow, 'SELECT document FROM workflows'))
      this.#workflows.set(keyOf(workflow.owner, workflow.name), workflow);
  }

  /** It is found from the call on, and no longer if it can't be written. */
  async put(workflow: Workflow): Promise<void> {
    const { owner, name } = workflow;
    const sql =
      'INSERT INTO workflows (owner, name, document) VALUES (?, ?, ?) ON CONFLICT (owner, name) DO UPDATE SET document = excluded.document';
    await this.#change(owner, name, workflow, sql, JSON.stringify(workflow));
  }

  get(owner: string, name: string): Workflow | undefined {
    return this.#workflows.get(keyOf(owner, name));
  }

  /** All, or those of one owner, in the order of their names. */
  list(owner?: string): Workflow[] {
    return [...this.#workflows.values()]
      .filter((workflow) => owner === undefined || workflow.owner === owner)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async remove(owner: string, name: string): Promise<void> {
    await this.#change(owner, name, undefined, 'DELETE FROM workflows WHERE owner = ? AND name = ?');
  }

  async #change(
    owner: string,
    name: string,
    workflow: Workflow | undefined,
    sql: string,
    ...values: string[]
  ): Promise<void> {
    const before = this.get(owner, name);
    this.#set(owner, name, workflow);
    try {
      await this.#database.write([statement(sql, owner, name, ...values)], { durable: true });
    } catch (error) {
      this.#set(owner, name, before);
      throw error;
    }
  }

  #set(owner: string, name: string, workflow: Workflow | undefined): void {
    if (workflow === undefined) this.#workflows.delete(keyOf(owner, name));
    else this.#workflows.set(keyOf(owner, name), workflow);
  }
}

function keyOf(owner: string, name: string): string {
  return `${owner}\0${name}`;
}

function toWorkflow(row: Row): Workflow {
  return workflowSchema.parse(JSON.parse(String(row['document'])));
}
