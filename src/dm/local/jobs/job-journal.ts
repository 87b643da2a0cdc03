import { isTerminalStatus } from '../../schemas/status.js';
import type { ChildProcess } from '../../schemas/workflow.js';
import type { ChildProcessRepository } from '../store/child-process-repository.js';
import type { Database } from '../store/database.js';
import type { Statement } from '../store/database-messages.js';
import type { JobRepository } from '../store/job-repository.js';
import type { StateWriter } from '../store/state-writer.js';
import type { JobState } from './job-state.js';

export interface JobJournalContext {
  readonly database: Database;
  readonly repository: JobRepository;
  readonly children: ChildProcessRepository;
  readonly writer: StateWriter;
}

/** Writes one job into the database as it goes on. What could not be written is written again, as it is then. */
export class JobJournal {
  readonly #context: JobJournalContext;
  readonly #seq: number;
  readonly #state: JobState;
  #isClosed = false;

  /** @param seq number of the job's row */
  constructor(context: JobJournalContext, seq: number, state: JobState) {
    this.#context = context;
    this.#seq = seq;
    this.#state = state;
  }

  /** Write nothing more: what happens from now on is the next engine's to take up. */
  close(): void {
    this.#isClosed = true;
  }

  writeJob(): void {
    this.#write(this.#state.id, () => this.#context.database.write([this.#updating()]));
  }

  /** Durably. @param onWritten once the end can't be lost any more */
  writeEnd(onWritten: () => void): void {
    const { database, writer } = this.#context;
    this.#write(this.#state.id, () => database.write([this.#updating()], { durable: true }));
    if (!this.#isClosed) writer.whenWritten(this.#state.id, onWritten);
  }

  /** A process, together with the variables that it gave the job. */
  writeProcess(child: ChildProcess, withVariables = false): void {
    const { database, children } = this.#context;
    this.#write(this.#keyOf(child), () =>
      database.write([children.putting(this.#seq, child), ...(withVariables ? [this.#updating()] : [])]),
    );
  }

  whenProcessWritten(child: ChildProcess, onWritten: () => void): void {
    if (!this.#isClosed) this.#context.writer.whenWritten(this.#keyOf(child), onWritten);
  }

  #keyOf({ childProcessNumber }: ChildProcess): string {
    return `${this.#state.id} process ${childProcessNumber}`;
  }

  #write(key: string, write: () => Promise<unknown>): void {
    if (!this.#isClosed) this.#context.writer.write(key, write);
  }

  #updating(): Statement {
    const state = this.#state;
    return this.#context.repository.updating(
      this.#seq,
      state.stored(),
      state.summary(),
      !isTerminalStatus(state.status),
    );
  }
}
