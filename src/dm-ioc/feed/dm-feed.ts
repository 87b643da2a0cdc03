import type { EventEmitter } from 'node:events';
import { type DataManagement, type DataManagementEvents, errorText } from 'dm';
import type { Logger } from 'pino';
import type { Store } from '../state/store.js';
import { KEPT } from '../state/reduce.js';

/** Brings what DM tells into the state: its events as they come, and its lists at the start. */
export class DmFeed {
  readonly #dm: DataManagement;
  readonly #store: Store;
  readonly #log: Logger;
  readonly #stops: (() => void)[] = [];

  constructor(dm: DataManagement, store: Store, log: Logger) {
    this.#dm = dm;
    this.#store = store;
    this.#log = log;
  }

  start(): void {
    const store = this.#store;
    this.#on('experiment', (experiment) => {
      store.dispatch({ type: 'experiments', experiments: [experiment] });
    });
    this.#on('experimentRemoved', (name) => {
      store.dispatch({ type: 'experimentRemoved', name });
    });
    this.#on('daq', (daq) => {
      store.dispatch({ type: 'daqs', daqs: [daq] });
    });
    this.#on('upload', (upload) => {
      store.dispatch({ type: 'uploads', uploads: [upload] });
    });
    this.#on('job', (job) => {
      store.dispatch({ type: 'jobs', jobs: [job] });
    });
    this.#on('workflow', (workflow) => {
      store.dispatch({ type: 'workflows', workflows: [workflow] });
    });
    this.#on('workflowRemoved', (owner, name) => {
      store.dispatch({ type: 'workflowRemoved', owner, name });
    });
    this.#on('file', (file) => {
      const { experiment, file: shown } = store.state;
      const isShown =
        file.experimentName === experiment.selected?.name && file.experimentFilePath === shown.inputs.path;
      if (isShown) store.dispatch({ type: 'fileFound', file });
    });
    this.#on('service', (health) => {
      store.dispatch({ type: 'health', health });
    });
    for (const health of this.#dm.health()) store.dispatch({ type: 'health', health });
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
    for (const stop of this.#stops.splice(0)) stop();
  }

  #on<E extends keyof DataManagementEvents>(event: E, take: (...args: DataManagementEvents[E]) => void): void {
    // The emitter's own types can't follow a generic event name.
    const events = this.#dm.events as unknown as EventEmitter;
    events.on(event, take as (...args: unknown[]) => void);
    this.#stops.push(() => events.off(event, take as (...args: unknown[]) => void));
  }

  async #try(what: string, load: () => Promise<void>): Promise<void> {
    try {
      await load();
    } catch (error) {
      this.#log.warn({ reason: errorText(error) }, `no list of ${what}`);
    }
  }
}
