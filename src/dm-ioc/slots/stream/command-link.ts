import { errorText } from 'dm';
import { PvaError, type PvaClient } from 'epics-pva-ts';
import type { StreamCommand } from './stream.js';

export interface CommandLinkOptions {
  readonly client: PvaClient;
  readonly pv: string;
  readonly streamId: string;
  /** The workflow has taken the put of a command, or refused it. */
  readonly onAnswer: (sequence: number, accepted: boolean, message: string) => void;
  readonly onConnection: (isConnected: boolean) => void;
}

/**
 * Forwards commands to an object that the workflow serves: one after the other, each as a put, whose completion is the acknowledgement.
 * What was lost with the connection is put again; its sequence number tells the workflow.
 */
export class CommandLink {
  readonly #options: CommandLinkOptions;
  readonly #stopped = new AbortController();
  #fields: ReadonlySet<string> | null = null;
  #queue: readonly StreamCommand[] = [];
  #isSending = false;

  constructor(options: CommandLinkOptions) {
    this.#options = options;
    void this.#watch();
  }

  close(): void {
    this.#stopped.abort();
  }

  /** What the workflow has not acknowledged. */
  forward(pending: readonly StreamCommand[]): void {
    this.#queue = pending;
    void this.#send();
  }

  async #watch(): Promise<void> {
    const { client, pv, onConnection } = this.#options;
    const { signal } = this.#stopped;
    const lost = (isConnected: boolean): void => {
      if (!isConnected) this.#fields = null;
      onConnection(isConnected);
    };
    try {
      for await (const update of client.monitor(pv, { signal, onConnection: lost })) {
        this.#fields ??= new Set(Object.keys(update.fields));
        void this.#send();
      }
    } catch (error) {
      if (!signal.aborted) onConnection(error instanceof PvaError && error.code !== 'PVA_DISCONNECTED');
    }
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#fields !== null && this.#queue[0] !== undefined && !this.#stopped.signal.aborted) {
      const [command, ...rest] = this.#queue;
      if (!(await this.#put(command, this.#fields))) break;
      this.#queue = rest.filter(({ sequence }) => sequence > command.sequence);
    }
    this.#isSending = false;
  }

  /** @returns false when it must be put again */
  async #put(
    { sequence, command, arguments: given, source }: StreamCommand,
    fields: ReadonlySet<string>,
  ): Promise<boolean> {
    const { client, pv, streamId, onAnswer } = this.#options;
    const content = Object.entries({ streamId, sequence, command, arguments: given, args: given, source });
    const value = Object.fromEntries(content.filter(([name]) => fields.has(name)));
    try {
      await client.put(pv, value, { signal: this.#stopped.signal, timeoutMs: 86_400_000 });
      onAnswer(sequence, true, '');
    } catch (error) {
      if (!(error instanceof PvaError) || error.code !== 'PVA_REMOTE') return false;
      onAnswer(sequence, false, errorText(error));
    }
    return true;
  }
}
