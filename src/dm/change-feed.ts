import type { ServiceHealth } from './data-management.js';
import type { DmLogger } from './logger.js';
import type { FileMetadata } from './schemas/catalog.js';
import type { Experiment } from './schemas/experiment.js';
import type { Job } from './schemas/job.js';
import type { DaqInfo, UploadInfo } from './schemas/transfer.js';
import type { Workflow } from './schemas/workflow.js';

/** Everything that DM tells by itself: the kind of a change, and what it carries. */
export interface DmChanges {
  experiment: Experiment;
  /** Its name. */
  experimentRemoved: string;
  daq: DaqInfo;
  upload: UploadInfo;
  job: Job;
  workflow: Workflow;
  workflowRemoved: { readonly owner: string; readonly name: string };
  file: FileMetadata;
  service: ServiceHealth;
}

export type DmChangeKind = keyof DmChanges;

/** One change. */
export type DmChange = {
  readonly [K in DmChangeKind]: { readonly kind: K; readonly value: DmChanges[K] };
}[DmChangeKind];

/** Where DM's changes can be heard. */
export interface Changes {
  /** Hear all that happened at once, in its order, in one call. @returns what ends it */
  subscribe(listener: (changes: readonly DmChange[]) => void): () => void;
  /** Hear the changes of one kind, one by one. @returns what ends it */
  on<K extends DmChangeKind>(kind: K, listener: (value: DmChanges[K]) => void): () => void;
}

/**
 * Takes changes from an adapter and tells them in batches, a microtask later: what happens at once is told at once, and is heard before
 * the next file is read or process started. A listener that throws is logged; it can't disturb the work that it is told of.
 */
export class ChangeFeed implements Changes {
  readonly #log: DmLogger;
  readonly #listeners = new Set<(changes: readonly DmChange[]) => void>();
  #untold: DmChange[] = [];

  constructor(log: DmLogger) {
    this.#log = log;
  }

  tell<K extends DmChangeKind>(kind: K, value: DmChanges[K]): void {
    // The compiler doesn't see that a kind and its value, given together, are one of the union.
    this.#untold.push({ kind, value } as DmChange);
    if (this.#untold.length > 1) return;
    queueMicrotask(() => {
      this.#flush();
    });
  }

  subscribe(listener: (changes: readonly DmChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  on<K extends DmChangeKind>(kind: K, listener: (value: DmChanges[K]) => void): () => void {
    return this.subscribe((changes) => {
      for (const change of changes) if (change.kind === kind) this.#call(listener, change.value as DmChanges[K]);
    });
  }

  #flush(): void {
    const changes = this.#untold;
    this.#untold = [];
    for (const listener of [...this.#listeners]) this.#call(listener, changes);
  }

  #call<T>(listener: (told: T) => void, told: T): void {
    try {
      listener(told);
    } catch (error) {
      this.#log.error({ error }, 'a listener of changes failed');
    }
  }
}
