import type { TreeEntry } from '../tree/tree-messages.js';
import type { DaqContext, DaqParts } from './daq-context.js';
import { signatureOf, type DaqLedger } from './daq-ledger.js';
import type { SubmittedJob } from './file-jobs.js';
import { FileStore } from './file-store.js';
import { errorText } from '../../error-text.js';

/** Told of every file that was to be copied. */
export interface DaqCopierListener {
  /** It is stored, or it is gone. */
  settled(path: string): void;
  failed(path: string, message: string): void;
  /** They were written meanwhile and have to settle again. */
  changed(paths: readonly string[]): void;
  /** A batch has ended. */
  progress(): void;
}

/** Batches that are under way at once. */
const MAX_BATCHES = 3;
const QUEUE_LOOK_AHEAD = 1000;

/** Has the complete files of a DAQ's ledger stored, batch by batch. */
export class DaqCopier {
  readonly #context: DaqContext;
  readonly #parts: DaqParts;
  readonly #ledger: DaqLedger;
  readonly #listener: DaqCopierListener;
  #batches = 0;
  #closed = false;

  constructor(context: DaqContext, parts: DaqParts, ledger: DaqLedger, listener: DaqCopierListener) {
    this.#context = context;
    this.#parts = parts;
    this.#ledger = ledger;
    this.#listener = listener;
  }

  get isIdle(): boolean {
    return this.#batches === 0;
  }

  /** Take up what is queued. */
  pump(): void {
    while (!this.#closed && this.#batches < MAX_BATCHES) {
      const batch = FileStore.takeBatch(this.#ledger.takeQueued(QUEUE_LOOK_AHEAD));
      if (batch.length === 0) return;
      this.#ledger.begin(batch);
      this.#batches++;
      void this.#storeBatch(batch);
    }
  }

  /** What is under way leaves no trace any more; the next start of the engine takes it again. */
  close(): void {
    this.#closed = true;
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  async #storeBatch(batch: readonly TreeEntry[]): Promise<void> {
    const { store, files, log } = this.#context;
    const { target, seq, jobs } = this.#parts;
    const listener = this.#listener;
    try {
      const outcomes = await store.copy(target, batch);
      if (this.#isClosed()) return;
      let submitted: readonly SubmittedJob[] = [];
      await store.commit(target, outcomes, (stored) => {
        submitted = jobs.submit(stored);
        const records = stored.map((file) => ({ path: file.path, signature: signatureOf(file), stored: true }));
        return [files.putting(seq, records), ...submitted.map(({ statement }) => statement)];
      });
      // What has been written by now goes on at the next start.
      if (this.#isClosed()) return;
      for (const { release } of submitted) release();
      const changed: string[] = [];
      for (const outcome of outcomes) {
        this.#ledger.end(outcome.path);
        if (outcome.status === 'stored') this.#ledger.stored(outcome.path, signatureOf(outcome));
        if (outcome.status === 'changed') changed.push(outcome.path);
        else if (outcome.status === 'failed') listener.failed(outcome.path, outcome.message);
        else listener.settled(outcome.path);
      }
      listener.changed(changed);
    } catch (error) {
      log.error({ daq: this.#parts.info.id, error }, 'storing a batch failed');
      for (const { path } of batch) {
        this.#ledger.end(path);
        listener.failed(path, errorText(error));
      }
    } finally {
      this.#batches--;
      listener.progress();
    }
  }
}
