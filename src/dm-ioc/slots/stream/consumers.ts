import { errorText, ThrottledNotice } from 'dm';
import type { PvaClient } from 'epics-pva-ts';
import { ConsumerLink, type ConsumerCounts, type ConsumerView } from './consumer-link.js';
import type { StreamCommand } from './stream.js';

const PERIOD_MS = 200;
/** What pvaPy's consumers know. */
const KNOWN = ['configure', 'get_stats', 'reset_stats', 'stop'];

export interface ConsumersOptions {
  readonly client: PvaClient;
  readonly count: number;
  /** With `*` for a consumer's id, from 1. */
  readonly controlPattern: string;
  readonly statusPattern: string;
  readonly onChange: (consumers: readonly ConsumerView[]) => void;
  readonly onAnswer: (sequence: number, accepted: boolean, message: string) => void;
}

/** The counts of all. */
export function sumOf(consumers: readonly ConsumerView[]): ConsumerCounts {
  const total = (name: keyof ConsumerCounts): number => consumers.reduce((sum, { counts }) => sum + counts[name], 0);
  return {
    nReceived: total('nReceived'),
    nProcessed: total('nProcessed'),
    nDropped: total('nDropped'),
    receiveRate: total('receiveRate'),
    processRate: total('processRate'),
  };
}

/** The consumers of a stream: commands go to all of them, one after the other, and are accepted when all accept. */
export class Consumers {
  readonly #options: ConsumersOptions;
  readonly #links: readonly ConsumerLink[];
  readonly #stopped = new AbortController();
  readonly #notice: ThrottledNotice;
  #queue: readonly StreamCommand[] = [];
  #isSending = false;

  constructor(options: ConsumersOptions) {
    this.#options = options;
    const { client, count, controlPattern, statusPattern, onChange } = options;
    this.#notice = new ThrottledNotice(PERIOD_MS, () => {
      onChange(this.#links.map(({ view }) => view));
    });
    this.#links = Array.from({ length: count }, (_consumer, index) => {
      const id = index + 1;
      const named = (pattern: string): string => pattern.replaceAll('*', String(id));
      return new ConsumerLink(client, { id, control: named(controlPattern), status: named(statusPattern) }, () => {
        this.#notice.announce();
      });
    });
  }

  close(): void {
    this.#stopped.abort();
    this.#notice.cancel();
    for (const link of this.#links) link.close();
  }

  /** What has not been acknowledged. */
  forward(pending: readonly StreamCommand[]): void {
    this.#queue = pending;
    void this.#send();
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (
      let command = this.#queue[0];
      command !== undefined && !this.#stopped.signal.aborted;
      command = this.#queue[0]
    ) {
      await this.#sendOne(command);
      const { sequence } = command;
      this.#queue = this.#queue.filter((one) => one.sequence > sequence);
    }
    this.#isSending = false;
  }

  async #sendOne({ sequence, command, arguments: given, limitMs }: StreamCommand): Promise<void> {
    const { onAnswer } = this.#options;
    if (!KNOWN.includes(command)) {
      onAnswer(sequence, false, `pvaPy's consumers know ${KNOWN.join(', ')}, not ${command}`);
      return;
    }
    const limit = limitMs === null ? [] : [AbortSignal.timeout(Math.max(1, limitMs - Date.now()))];
    const signal = AbortSignal.any([this.#stopped.signal, ...limit]);
    const outcomes = await Promise.allSettled(this.#links.map((link) => link.send(command, given, signal)));
    if (signal.aborted) return;
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [errorText(one.reason)] : []));
    const said = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    onAnswer(sequence, reasons.length === 0, reasons.length === 0 ? (said[0] ?? '') : reasons.join('; '));
  }
}
