import type { Worker } from 'node:worker_threads';
import { DmError } from '../../errors.js';
import { startWorker } from '../../start-worker.js';

/** To the thread. */
export interface RegexRequest {
  readonly regex: string;
  readonly text: string;
}

/** What the named groups of an expression found; null when it matches nothing. */
interface Evaluated {
  readonly groups: Readonly<Record<string, string>> | null;
  readonly names: readonly string[];
}

/** From the thread: `ready` once. */
export type RegexReply = 'ready' | Evaluated;

/** What was found in an output. */
export interface FoundVariables {
  readonly variables: Readonly<Record<string, string>>;
  /** The expressions that match nothing in it, unless others found what they are for. */
  readonly unmatched: readonly string[];
}

interface Waiting extends RegexRequest {
  readonly resolve: (evaluated: Evaluated) => void;
  readonly reject: (error: Error) => void;
}

interface Evaluation {
  readonly waiting: Waiting;
  timer?: NodeJS.Timeout;
}

/** One that never ends leaves the other to the others. */
const MAX_THREADS = 2;
const LIMIT_MS = 2000;
const CLOSED = 'The engine is closed.';

/**
 * Finds the variables of a job in the output of its commands. A regular expression can take for ever, so it is evaluated in a thread of its own, which is
 * ended at a limit.
 */
export class OutputVariables {
  readonly #limitMs: number;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Evaluation>();
  readonly #queue: Waiting[] = [];
  #isClosed = false;

  /** @param limitMs for one expression */
  constructor(limitMs = LIMIT_MS) {
    this.#limitMs = limitMs;
  }

  /**
   * Of several expressions with the same name the last that matches counts.
   * @param regexes see `outputRegex`
   * @throws DmError DM_TASK_TIMEOUT that names an expression which took too long
   */
  async find(text: string, regexes: readonly string[]): Promise<FoundVariables> {
    const variables: Record<string, string> = {};
    const missing = new Map<string, readonly string[]>();
    for (const regex of regexes) {
      const { groups, names } = await this.#evaluate({ regex, text });
      if (groups === null) missing.set(regex, names);
      else Object.assign(variables, groups);
    }
    const unmatched = [...missing].filter(([, names]) => names.some((name) => variables[name] === undefined));
    return { variables, unmatched: unmatched.map(([regex]) => regex) };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const evaluations = [...this.#busy];
    const workers = [...this.#idle.splice(0), ...evaluations.map(([worker]) => worker)];
    this.#busy.clear();
    for (const [, { waiting, timer }] of evaluations) {
      clearTimeout(timer);
      waiting.reject(new DmError('DM_COMMAND_FAILED', CLOSED));
    }
    for (const { reject } of this.#queue.splice(0)) reject(new DmError('DM_COMMAND_FAILED', CLOSED));
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #evaluate(request: RegexRequest): Promise<Evaluated> {
    if (this.#isClosed) return Promise.reject(new DmError('DM_COMMAND_FAILED', CLOSED));
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...request, resolve, reject });
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#queue.length > 0) {
      const idle = this.#idle.pop();
      if (idle === undefined && this.#busy.size >= MAX_THREADS) return;
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      const worker = idle ?? this.#spawn();
      this.#busy.set(worker, { waiting });
      if (idle !== undefined) this.#begin(worker);
    }
  }

  #begin(worker: Worker): void {
    const evaluation = this.#busy.get(worker);
    if (evaluation === undefined) return;
    const { regex, text } = evaluation.waiting;
    worker.postMessage({ regex, text } satisfies RegexRequest);
    evaluation.timer = setTimeout(() => {
      void worker.terminate();
      this.#fail(worker, new DmError('DM_TASK_TIMEOUT', tooSlow(regex, text, this.#limitMs)));
    }, this.#limitMs);
  }

  #spawn(): Worker {
    const worker = startWorker(new URL('./regex-worker.js', import.meta.url));
    worker.unref();
    worker.on('message', (reply: RegexReply) => {
      if (reply === 'ready') {
        this.#begin(worker);
        return;
      }
      const waiting = this.#release(worker);
      if (waiting === undefined) return;
      this.#idle.push(worker);
      waiting.resolve(reply);
      this.#pump();
    });
    worker.on('error', (error: Error) => {
      this.#fail(worker, new DmError('DM_INTERNAL', `The thread of regular expressions failed: ${error.message}`));
    });
    return worker;
  }

  /** The thread is gone. */
  #fail(worker: Worker, error: DmError): void {
    const index = this.#idle.indexOf(worker);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#release(worker)?.reject(error);
    if (!this.#isClosed) this.#pump();
  }

  #release(worker: Worker): Waiting | undefined {
    const evaluation = this.#busy.get(worker);
    this.#busy.delete(worker);
    clearTimeout(evaluation?.timer);
    return evaluation?.waiting;
  }
}

function tooSlow(regex: string, text: string, limitMs: number): string {
  const remedy =
    'begin it with what stands before the value instead of .*, repeat nothing that is a repetition itself, or print less';
  return `regular expression ${regex} took longer than ${limitMs / 1000} s on ${text.length} characters of output: ${remedy}.`;
}
