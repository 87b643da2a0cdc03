import type { StreamCommand } from './stream.js';

/** Commands that go out one after the other, each once; one that is no longer pending is given up. */
export class CommandQueue {
  readonly #send: (command: StreamCommand, signal: AbortSignal) => Promise<void>;
  readonly #closed = new AbortController();
  #pending: readonly StreamCommand[] = [];
  /** Sequence number of the last one that has gone out. */
  #sent = 0;
  #current: { readonly sequence: number; readonly given: AbortController } | null = null;

  /** @param send resolves when the command was answered, or its signal has aborted; never rejects */
  constructor(send: (command: StreamCommand, signal: AbortSignal) => Promise<void>) {
    this.#send = send;
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
      await this.#send(command, given.signal);
      this.#sent = command.sequence;
    }
    this.#current = null;
  }

  #next(): StreamCommand | undefined {
    if (this.#closed.signal.aborted) return undefined;
    return this.#pending.find(({ sequence }) => sequence > this.#sent);
  }
}
