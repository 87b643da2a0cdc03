import type { StreamCommand } from './stream.js';

/** Commands that go out one after the other, each once; one that is no longer pending is given up. */
export class CommandQueue {
  readonly #send: (command: StreamCommand, signal: AbortSignal) => Promise<void>;
  readonly #onFailure: (command: StreamCommand, error: unknown) => void;
  readonly #closed = new AbortController();
  #pending: readonly StreamCommand[] = [];
  /** Sequence number of the last one that has gone out. */
  #sent = 0;
  #current: { readonly sequence: number; readonly given: AbortController } | null = null;

  /**
   * @param send resolves when the command was answered, or its signal has aborted
   * @param onFailure told when it rejects: the next command goes out nevertheless
   */
  constructor(
    send: (command: StreamCommand, signal: AbortSignal) => Promise<void>,
    onFailure: (command: StreamCommand, error: unknown) => void,
  ) {
    this.#send = send;
    this.#onFailure = onFailure;
  }

  close(): void {
    this.#closed.abort();
    this.#pending = [];
    this.#current?.given.abort();
  }

  /** What has not been acknowledged. */
  forward(pending: readonly StreamCommand[]): void {
    this.#pending = pending;
    const current = this.#current;
    if (current === null) void this.#run();
    else if (!pending.some(({ sequence }) => sequence === current.sequence)) current.given.abort();
  }

  async #run(): Promise<void> {
    for (let command = this.#next(); command !== undefined; command = this.#next()) {
      const given = new AbortController();
      this.#current = { sequence: command.sequence, given };
      try {
        await this.#send(command, given.signal);
      } catch (error) {
        this.#onFailure(command, error);
      }
      this.#sent = command.sequence;
    }
    this.#current = null;
  }

  #next(): StreamCommand | undefined {
    if (this.#closed.signal.aborted) return undefined;
    return this.#pending.find(({ sequence }) => sequence > this.#sent);
  }
}
