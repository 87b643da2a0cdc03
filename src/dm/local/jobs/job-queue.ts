interface Queued {
  readonly key: string;
  readonly limit: number;
  readonly run: () => Promise<void>;
}

/** Lets jobs run in the order they came, so many at once over all and so many of each workflow. */
export class JobQueue {
  readonly #maxRunning: number;
  readonly #waiting = new Map<string, Queued>();
  readonly #runningByKey = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  #closed = false;

  constructor(maxRunning: number) {
    this.#maxRunning = maxRunning;
  }

  /** @param key of the workflow @param limit of jobs of that workflow at once */
  add(id: string, key: string, limit: number, run: () => Promise<void>): void {
    this.#waiting.set(id, { key, limit, run });
    this.#pump();
  }

  /** Take back a job that waits. */
  remove(id: string): void {
    this.#waiting.delete(id);
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
      const count = this.#runningByKey.get(key) ?? 0;
      if (count >= limit) continue;
      this.#waiting.delete(id);
      this.#runningByKey.set(key, count + 1);
      const running = run().finally(() => {
        this.#running.delete(running);
        const left = (this.#runningByKey.get(key) ?? 1) - 1;
        if (left === 0) this.#runningByKey.delete(key);
        else this.#runningByKey.set(key, left);
        this.#pump();
      });
      this.#running.add(running);
    }
  }
}
