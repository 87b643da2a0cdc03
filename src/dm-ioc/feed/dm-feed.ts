import { errorText, type DataManagement, type DmChange } from 'dm';
import type { Logger } from 'pino';
import type { Store } from '../state/store.js';
import { KEPT } from '../state/reduce.js';

/** Brings what DM tells into the state: its events as they come, and its lists at the start. */
export class DmFeed {
  readonly #dm: DataManagement;
  readonly #store: Store;
  readonly #log: Logger;
  #stop: () => void = () => undefined;

  constructor(dm: DataManagement, store: Store, log: Logger) {
    this.#dm = dm;
    this.#store = store;
    this.#log = log;
  }

  start(): void {
    const store = this.#store;
    this.#stop = this.#dm.changes.subscribe((changes) => {
      for (const change of changes) this.#take(change);
    });
    for (const health of this.#dm.health()) store.dispatch({ type: 'health', health });
  }

  #take(change: DmChange): void {
    const store = this.#store;
    switch (change.kind) {
      case 'experiment':
        store.dispatch({ type: 'experiments', experiments: [change.value] });
        return;
      case 'experimentRemoved':
        store.dispatch({ type: 'experimentRemoved', name: change.value });
        return;
      case 'daq':
        store.dispatch({ type: 'daqs', daqs: [change.value] });
        return;
      case 'upload':
        store.dispatch({ type: 'uploads', uploads: [change.value] });
        return;
      case 'job':
        store.dispatch({ type: 'jobs', jobs: [change.value] });
        return;
      case 'workflow':
        store.dispatch({ type: 'workflows', workflows: [change.value] });
        return;
      case 'workflowRemoved':
        store.dispatch({ type: 'workflowRemoved', ...change.value });
        return;
      case 'file': {
        const { experiment, file: shown } = store.state;
        const file = change.value;
        const isShown =
          file.experimentName === experiment.selected?.name && file.experimentFilePath === shown.inputs.path;
        if (isShown) store.dispatch({ type: 'fileFound', file });
        return;
      }
      case 'service':
        store.dispatch({ type: 'health', health: change.value });
    }
  }

  /** Asks for all lists. A service that doesn't answer is no failure: its health tells, and its events follow when it is back. */
  async loadLists(): Promise<void> {
    const { experiments, workflows, jobs, daqs, uploads, owner } = this.#dm;
    const store = this.#store;
    await Promise.all([
      this.#try('experiments', async () => {
        store.dispatch({ type: 'experiments', experiments: await experiments.list() });
      }),
      this.#try('workflows', async () => {
        store.dispatch({ type: 'workflows', workflows: await workflows.list(owner) });
      }),
      this.#try('jobs', async () => {
        store.dispatch({ type: 'jobs', jobs: await jobs.list(owner, { limit: KEPT }) });
      }),
      this.#try('DAQs', async () => {
        store.dispatch({ type: 'daqs', daqs: await daqs.list() });
      }),
      this.#try('uploads', async () => {
        store.dispatch({ type: 'uploads', uploads: await uploads.list() });
      }),
    ]);
  }

  stop(): void {
    this.#stop();
  }

  async #try(what: string, load: () => Promise<void>): Promise<void> {
    try {
      await load();
    } catch (error) {
      this.#log.warn({ reason: errorText(error) }, `no list of ${what}`);
    }
  }
}
