import type { IocOptions } from './ioc-options.js';
import type { PutLogEntry } from './put-log-entry.js';

const ROUTINE_MESSAGES = /^(#.*|Starting iocInit|iocRun: All initialization complete|INFO: PVXS QSRV2 is loaded.*)?$/;

/** Those who are told of something and answer nothing: what one of them throws keeps no other from hearing. */
export class Listeners {
  readonly #onMessage: (line: string) => void;
  readonly #onError: (error: unknown) => void;
  readonly #puts = new Set<(put: PutLogEntry) => void>();

  constructor({ onMessage, onError }: Pick<IocOptions, 'onMessage' | 'onError'>) {
    this.#onMessage = onMessage ?? ((line) => process.stderr.write(`${line}\n`));
    this.#onError =
      onError ??
      ((error) => {
        process.emitWarning(error instanceof Error ? error : String(error));
      });
  }

  /** What EPICS has printed, without what it always prints. */
  message(text: string): void {
    for (const line of text.split('\n').filter((one) => !ROUTINE_MESSAGES.test(one))) {
      this.tell(() => {
        this.#onMessage(line);
      });
    }
  }

  put(entry: PutLogEntry): void {
    for (const listener of this.#puts) {
      this.tell(() => {
        listener(entry);
      });
    }
  }

  /** Any other. */
  tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#onError(error);
    }
  }

  addPut(listener: (put: PutLogEntry) => void): void {
    this.#puts.add(listener);
  }

  /** @returns whether somebody still listens to puts */
  removePut(listener: (put: PutLogEntry) => void): boolean {
    this.#puts.delete(listener);
    return this.#puts.size > 0;
  }
}
