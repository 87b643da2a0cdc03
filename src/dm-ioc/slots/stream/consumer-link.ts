import { errorText } from 'dm';
import type { PvaClient } from 'epics-pva-ts';
import { ConsumerControl, type ConsumerCommand } from './consumer-control.js';
import { followPv } from './follow-pv.js';

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
  /** Its PVs that are not connected. */
  readonly away: readonly string[];
  /** Of its last status that made sense. */
  readonly counts: ConsumerCounts;
  /** Why its last status made none; empty: it did. */
  readonly problem: string;
  /** It was there once. */
  readonly wasConnected: boolean;
  /** When its last status came, on the clock of `performance.now()`. */
  readonly heardMs: number;
}

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

/** What of the counts is no count; empty: nothing. */
function problemOf(counts: ConsumerCounts): string {
  const wrong = Object.entries(counts).find(
    ([name, value]) => name.startsWith('n') && !(value >= 0 && Number.isSafeInteger(value)),
  );
  return wrong === undefined ? '' : `${wrong[0]} ${wrong[1]} is no count`;
}

/** One consumer of pvaPy's streaming framework: its control and its status object (pvapy.hpc). */
export class ConsumerLink {
  readonly #stopped = new AbortController();
  readonly #away: Set<string>;
  readonly #onChange: () => void;
  readonly #control: ConsumerControl;
  #view: ConsumerView;

  constructor(
    client: PvaClient,
    { id, control, status }: { readonly id: number; readonly control: string; readonly status: string },
    onChange: () => void,
  ) {
    const { signal } = this.#stopped;
    this.#onChange = onChange;
    this.#away = new Set([control, status]);
    const nothing = { counts: NO_COUNTS, problem: '', wasConnected: false, heardMs: performance.now() };
    this.#view = { id, isConnected: false, away: [...this.#away], ...nothing };
    this.#control = new ConsumerControl(client, control, signal, (isConnected) => {
      this.#connect(control, isConnected);
    });
    void followPv(client, status, {
      signal,
      onConnection: (problem) => {
        this.#connect(status, problem === '');
      },
      onUpdate: ({ fields }) => {
        const counts = countsOf(fields);
        const problem = problemOf(counts);
        this.#show({ problem, heardMs: performance.now(), ...(problem === '' ? { counts } : {}) });
      },
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
   * @throws Error that names the consumer, with its reason
   */
  async send(command: ConsumerCommand, signal: AbortSignal): Promise<string> {
    try {
      return await this.#control.send(command, signal);
    } catch (error) {
      throw new Error(`consumer ${this.#view.id}: ${errorText(error)}`, { cause: error });
    }
  }

  #connect(pv: string, isPvConnected: boolean): void {
    if (isPvConnected) this.#away.delete(pv);
    else this.#away.add(pv);
    const isConnected = this.#away.size === 0;
    const { counts } = this.#view;
    this.#show({
      isConnected,
      wasConnected: isConnected || this.#view.wasConnected,
      away: [...this.#away],
      counts: isConnected ? counts : { ...counts, receiveRate: 0, processRate: 0 },
    });
  }

  #show(change: Partial<ConsumerView>): void {
    this.#view = { ...this.#view, ...change };
    this.#onChange();
  }
}
