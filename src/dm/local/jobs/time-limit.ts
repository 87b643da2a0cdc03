import { DmError } from '../../errors.js';

/** How long a job or stage may run. */
export class TimeLimit {
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;

  /** @param what has the limit @param timeoutS seconds; 0 or undefined: none @param passedS of them */
  constructor(what: string, timeoutS: number | undefined, passedS: number) {
    if (timeoutS === undefined || timeoutS === 0) return;
    this.#timer = setTimeout(
      () => {
        this.#over.abort(new DmError('DM_TASK_TIMEOUT', `${what} has reached its time limit of ${timeoutS} s.`));
      },
      Math.max(0, timeoutS - passedS) * 1000,
    );
  }

  /** Aborted when the time is over, with a DmError DM_TASK_TIMEOUT that says so. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
