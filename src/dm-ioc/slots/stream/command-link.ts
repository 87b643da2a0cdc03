import { errorText } from 'dm';
import { PvaError, type PvaClient } from 'epics-pva-ts';
import { CommandQueue } from './command-queue.js';
import { followPv } from './follow-pv.js';
import type { StreamCommand } from './stream.js';

/** What the object should be; see docs/streams.md. */
const TYPES =
  'the object should have streamId, command, arguments (or args) and source as strings, sequence as an int64';

export interface CommandLinkOptions {
  readonly client: PvaClient;
  readonly pv: string;
  readonly streamId: string;
  /** The workflow has taken the put of a command, or refused it. */
  readonly onAnswer: (sequence: number, outcome: 'accepted' | 'refused', message: string) => void;
  readonly onConnection: (problem: string) => void;
}

/**
 * Forwards commands to an object that the workflow serves: one after the other, each as a put, whose completion is the acknowledgement.
 * What was lost with the connection is put again; its sequence number tells the workflow.
 */
export class CommandLink {
  readonly #options: CommandLinkOptions;
  readonly #stopped = new AbortController();
  readonly #queue = new CommandQueue(
    (command, signal) => this.#put(command, signal),
    ({ sequence }, error) => {
      this.#options.onAnswer(sequence, 'refused', errorText(error));
    },
  );
  readonly #waiting = new Set<() => void>();
  /** Names of the object's fields; null: not connected. */
  #fields: ReadonlySet<string> | null = null;

  constructor(options: CommandLinkOptions) {
    this.#options = options;
    const { client, pv, onConnection } = options;
    void followPv(client, pv, {
      signal: this.#stopped.signal,
      onConnection: (problem) => {
        this.#fields = null;
        onConnection(problem);
      },
      onUpdate: ({ fields }, isFirst) => {
        if (!isFirst) return;
        this.#fields = new Set(Object.keys(fields));
        for (const wake of this.#waiting) wake();
      },
    });
  }

  close(): void {
    this.#stopped.abort();
    this.#queue.close();
  }

  /** What the workflow has not acknowledged. */
  forward(pending: readonly StreamCommand[]): void {
    this.#queue.forward(pending);
  }

  async #put({ sequence, command, arguments: given, source }: StreamCommand, signal: AbortSignal): Promise<void> {
    const { client, pv, streamId, onAnswer } = this.#options;
    const content = Object.entries({ streamId, sequence, command, arguments: given, args: given, source });
    for (;;) {
      const fields = await this.#connected(signal);
      if (fields === null) return;
      try {
        if (!fields.has('command')) throw new TypeError(`${pv} has no field command`);
        const value = Object.fromEntries(content.filter(([name]) => fields.has(name)));
        await client.put(pv, value, { signal, timeoutMs: Infinity });
        onAnswer(sequence, 'accepted', '');
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof PvaError && error.code === 'PVA_DISCONNECTED') continue;
        const isOddType = error instanceof PvaError && error.code === 'PVA_TYPE';
        onAnswer(sequence, 'refused', `${errorText(error)}${isOddType ? `; ${TYPES}` : ''}`);
        return;
      }
    }
  }

  /** The object's fields, as soon as it is there; null when the signal aborts before. */
  #connected(signal: AbortSignal): Promise<ReadonlySet<string> | null> {
    if (this.#fields !== null) return Promise.resolve(this.#fields);
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiting.delete(end);
        signal.removeEventListener('abort', end);
        resolve(this.#fields);
      };
      this.#waiting.add(end);
      signal.addEventListener('abort', end);
    });
  }
}
