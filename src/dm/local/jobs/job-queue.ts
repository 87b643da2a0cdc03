import type { DmLogger } from '../../logger.js';

interface Queued {
  readonly key: string;
  readonly limit: number;
  readonly run: () => Promise<void>;
}

/** Lets jobs run in the order they came, so many at once over all and so many of each workflow. */
export class JobQueue {
  readonly #maxRunning: number;
  readonly #log: DmLogger;
  readonly #waiting = new Map<string, Queued>();
  readonly #runningByKey = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  #closed = false;

  constructor(maxRunning: number, log: DmLogger) {
    this.#maxRunning = maxRunning;
    this.#log = log;
  }

  /** @param key of the workflow @param limit of jobs of that workflow at once */
  add(id: string, key: string, limit: number, run: () => Promise<void>): void {
    this.#waiting.set(id, { key, limit, run });
    this.#pump();
  }

  /** Go on with a job that runs already, whatever the limits are now; others wait for it. */
  resume(id: string, key: string, run: () => Promise<void>): void {
    this.#start(id, key, run);
  }

  /** Take back a job that waits. */
  remove(id: string): void {
    this.#waiting.delete(id);
  }

  /** Resolves once none runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Start nothing more, and wait for those that run. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    await Promise.all(this.#running);
  }

  #pump(): void {
    if (this.#closed) return;
    for (const [id, { key, limit, run }] of this.#waiting) {
      if (this.#running.size >= this.#maxRunning) return;
      if ((this.#runningByKey.get(key) ?? 0) >= limit) continue;
      this.#waiting.delete(id);
      this.#start(id, key, run);
    }
  }

  #start(id: string, key: string, run: () => Promise<void>): void {
    this.#runningByKey.set(key, (this.#runningByKey.get(key) ?? 0) + 1);
    const running = run()
      .catch((error: unknown) => {
        this.#log.error({ job: id, error }, 'a job ended by a defect of the engine');
      })
      .finally(() => {
        this.#running.delete(running);
        const left = (this.#runningByKey.get(key) ?? 1) - 1;
        if (left === 0) this.#runningByKey.delete(key);
        else this.#runningByKey.set(key, left);
        this.#pump();
      });
    this.#running.add(running);
  }
}
