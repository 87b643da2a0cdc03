import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { errorText } from '../../error-text.js';
import { startWorker } from '../../start-worker.js';
import { readWorkflowFile, type WorkflowReading } from './read-workflow-file.js';

/** To the thread. */
export interface WorkflowRequest {
  readonly path: string;
  /** Of a workflow that names none. */
  readonly owner: string;
}

const LIMIT_MS = 10_000;

/** Reads workflow files in a thread, which lives for as long as there are some to read: to parse an odd one can take a second. */
export class WorkflowReader {
  #worker: Worker | undefined;
  #isClosed = false;

  /**
   * Read files one after the other.
   * @param inThread false where nothing waits yet: a thread takes a while to start
   * @returns their readings, in the same order; fewer after `close`
   */
  async read(requests: readonly WorkflowRequest[], inThread: boolean): Promise<WorkflowReading[]> {
    const readings: WorkflowReading[] = [];
    for (const request of requests) {
      if (this.#isClosed) break;
      readings.push(inThread ? await this.#readOne(request) : await readWorkflowFile(request.path, request.owner));
    }
    await this.#endThread();
    return readings;
  }

  /** End what is being read. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#endThread();
  }

  async #readOne(request: WorkflowRequest): Promise<WorkflowReading> {
    const worker = (this.#worker ??= startWorker(new URL('./workflow-worker.js', import.meta.url)));
    const limit = AbortSignal.timeout(LIMIT_MS);
    const exited = new AbortController();
    worker.once('exit', () => {
      exited.abort();
    });
    worker.postMessage(request);
    try {
      const [reading] = (await once(worker, 'message', { signal: AbortSignal.any([limit, exited.signal]) })) as [
        WorkflowReading,
      ];
      return reading;
    } catch (error) {
      await this.#endThread();
      const reason = limit.aborted ? `it can't be read within ${LIMIT_MS / 1000} s` : errorText(error);
      return { problem: `Workflow file ${request.path}: ${reason}.` };
    }
  }

  async #endThread(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
