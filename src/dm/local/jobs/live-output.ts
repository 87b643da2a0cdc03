import type { ProcessDirectory } from './process-directory.js';

/** Between two looks: the first right after something new, the longest when nothing comes. */
const SHORTEST_PERIOD_MS = 250;
const LONGEST_PERIOD_MS = 2000;

/** Shows what a process has written so far. It is looked for, as a program may write thousands of times a second. */
export class LiveOutput {
  readonly #directory: ProcessDirectory;
  readonly #limitBytes: number;
  readonly #onOutput: (stdOut: string, stdErr: string) => void;
  #sizes = '0 0';
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param limitBytes of the end of each output @param onOutput told when there is more */
  constructor(directory: ProcessDirectory, limitBytes: number, onOutput: (stdOut: string, stdErr: string) => void) {
    this.#directory = directory;
    this.#limitBytes = limitBytes;
    this.#onOutput = onOutput;
    this.#lookIn(SHORTEST_PERIOD_MS);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #lookIn(periodMs: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      void this.#look(periodMs);
    }, periodMs);
  }

  async #look(periodMs: number): Promise<void> {
    const sizes = (await Promise.all([this.#directory.sizeOf('out'), this.#directory.sizeOf('err')])).join(' ');
    if (sizes === this.#sizes) {
      this.#lookIn(Math.min(2 * periodMs, LONGEST_PERIOD_MS));
      return;
    }
    this.#sizes = sizes;
    const [out, err] = await Promise.all([
      this.#directory.output('out', this.#limitBytes, true),
      this.#directory.output('err', this.#limitBytes, true),
    ]);
    if (!this.#isStopped) this.#onOutput(out.text, err.text);
    this.#lookIn(SHORTEST_PERIOD_MS);
  }
}
