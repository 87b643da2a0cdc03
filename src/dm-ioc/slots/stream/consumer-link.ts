import { errorText } from 'dm';
import type { PvaClient, PvaData } from 'epics-pva-ts';

/** What a consumer of pvaPy counts, of its status object. */
export interface ConsumerCounts {
  readonly nReceived: number;
  readonly nProcessed: number;
  readonly nDropped: number;
  /** Per second. */
  readonly receiveRate: number;
  readonly processRate: number;
}

/** A consumer as it is now. */
export interface ConsumerView {
  readonly id: number;
  readonly isConnected: boolean;
  readonly counts: ConsumerCounts;
}

/** What pvaPy's control object says at once, before the outcome of a command. */
const TAKEN = 'Command successful';
/** How it begins to say that a command failed. */
const FAILURE = /failed|^Ignoring invalid request/iu;

const NO_COUNTS: ConsumerCounts = { nReceived: 0, nProcessed: 0, nDropped: 0, receiveRate: 0, processRate: 0 };

function numberIn(structure: unknown, name: string): number {
  const value = Number((structure as Readonly<Record<string, unknown>> | undefined)?.[name] ?? 0);
  return Number.isFinite(value) ? value : 0;
}

function countsOf({ receiverStats, queueStats, processorStats }: Readonly<Record<string, unknown>>): ConsumerCounts {
  return {
    nReceived: numberIn(receiverStats, 'nReceived'),
    nProcessed: numberIn(processorStats, 'nProcessed'),
    nDropped:
      numberIn(receiverStats, 'nRejected') +
      numberIn(receiverStats, 'nOverruns') +
      numberIn(queueStats, 'nRejected') +
      numberIn(processorStats, 'nErrors'),
    receiveRate: numberIn(receiverStats, 'receivedRate'),
    processRate: numberIn(processorStats, 'processedRate'),
  };
}

/** One consumer of pvaPy's streaming framework: its control and its status object (pvapy.hpc). */
export class ConsumerLink {
  readonly #client: PvaClient;
  readonly #control: string;
  readonly #stopped = new AbortController();
  readonly #connected = { control: false, status: false };
  readonly #onChange: () => void;
  readonly #outcomes = new Set<(statusMessage: string) => void>();
  #view: ConsumerView;

  constructor(
    client: PvaClient,
    { id, control, status }: { readonly id: number; readonly control: string; readonly status: string },
    onChange: () => void,
  ) {
    this.#client = client;
    this.#control = control;
    this.#onChange = onChange;
    this.#view = { id, isConnected: false, counts: NO_COUNTS };
    void this.#follow('control', control, ({ fields: { statusMessage }, changed }) => {
      // A put of the command alone still shows what was said before.
      if (typeof statusMessage !== 'string' || !changed.includes('statusMessage') || statusMessage === TAKEN) return;
      for (const tell of this.#outcomes) tell(statusMessage);
    });
    void this.#follow('status', status, ({ fields }) => {
      this.#show({ counts: countsOf(fields) });
    });
  }

  get view(): ConsumerView {
    return this.#view;
  }

  close(): void {
    this.#stopped.abort();
  }

  /**
   * Puts a command; resolves with the outcome that the consumer says after it.
   * @throws Error with its reason; the signal's when that aborts first
   */
  async send(command: string, args: string, signal: AbortSignal): Promise<string> {
    const ended = AbortSignal.any([signal, this.#stopped.signal]);
    let stop: () => void = () => undefined;
    const outcome = new Promise<string>((resolve, reject) => {
      const abort = (): void => {
        reject(new Error('not answered'));
      };
      this.#outcomes.add(resolve);
      ended.addEventListener('abort', abort);
      stop = () => {
        this.#outcomes.delete(resolve);
        ended.removeEventListener('abort', abort);
      };
    });
    outcome.catch(() => undefined);
    try {
      await this.#client.put(this.#control, { command, args }, { signal: ended });
      const said = await outcome;
      if (FAILURE.test(said)) throw new Error(said);
      return said;
    } catch (error) {
      throw new Error(`consumer ${this.#view.id}: ${errorText(error)}`, { cause: error });
    } finally {
      stop();
    }
  }

  async #follow(which: 'control' | 'status', pv: string, take: (update: PvaData) => void): Promise<void> {
    const { signal } = this.#stopped;
    const onConnection = (isConnected: boolean): void => {
      this.#connected[which] = isConnected;
      this.#show({ isConnected: this.#connected.control && this.#connected.status });
    };
    try {
      for await (const update of this.#client.monitor(pv, { signal, onConnection })) take(update);
    } catch {
      if (!signal.aborted) onConnection(false);
    }
  }

  #show(change: Partial<ConsumerView>): void {
    this.#view = { ...this.#view, ...change };
    this.#onChange();
  }
}
