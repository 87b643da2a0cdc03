import { errorText, ThrottledNotice } from 'dm';
import type { PvaClient } from 'epics-pva-ts';
import { setMaxListeners } from 'node:events';
import { CommandQueue } from './command-queue.js';
import { consumerPvs } from './consumers-of.js';
import { ConsumerLink, type ConsumerCounts, type ConsumerView } from './consumer-link.js';
import { timerMs } from './stream-time.js';
import type { StreamAnswer, StreamCommand, StreamConsumers } from './stream.js';

const PERIOD_MS = 200;
/** How often it is seen who says nothing. */
const TICK_MS = 1000;
/** So long before a command is withdrawn its answer says who has not answered. */
const ANSWER_MS = 50;
/** Spaces after the arguments, which JSON doesn't mind, count to this. */
const MARKS = 8;

export interface ConsumersOptions extends StreamConsumers {
  readonly client: PvaClient;
  /** Commands that may have been put before the IOC was started again. */
  readonly pending: readonly StreamCommand[];
  /** They were told to stop: one that comes back is told again. */
  readonly isStopping: boolean;
  /** @param isNews false: nothing was heard, but time has gone by */
  readonly onChange: (consumers: readonly ConsumerView[], isNews: boolean) => void;
  readonly onAnswer: (sequence: number, outcome: StreamAnswer['outcome'], message: string) => void;
}

/** The counts of all, as far as a report may hold them. */
export function sumOf(consumers: readonly ConsumerView[]): ConsumerCounts {
  const total = (name: keyof ConsumerCounts): number => {
    const sum = consumers.reduce((before, { counts }) => before + counts[name], 0);
    const most = name.startsWith('n') ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE;
    return Math.max(-most, Math.min(sum, most));
  };
  return {
    nReceived: total('nReceived'),
    nProcessed: total('nProcessed'),
    nDropped: total('nDropped'),
    receiveRate: total('receiveRate'),
    processRate: total('processRate'),
  };
}

/** The consumers of a stream: commands go to all of them, one after the other but for a stop, and are accepted when all accept. */
export class Consumers {
  readonly #options: ConsumersOptions;
  readonly #links: readonly ConsumerLink[];
  readonly #stopped = new AbortController();
  readonly #notice: ThrottledNotice;
  readonly #ticks: NodeJS.Timeout;
  #isNews = true;
  readonly #queue = this.#newQueue();
  /** A stop doesn't wait for a consumer that never answers. */
  readonly #stops = this.#newQueue();

  constructor(options: ConsumersOptions) {
    this.#options = options;
    const { client, count, isStopping, onChange } = options;
    setMaxListeners(0, this.#stopped.signal);
    this.#notice = new ThrottledNotice(PERIOD_MS, () => {
      const isNews = this.#isNews;
      this.#isNews = false;
      onChange(
        this.#links.map(({ view }) => view),
        isNews,
      );
    });
    const links: ConsumerLink[] = [];
    this.#links = links;
    for (let id = 1; id <= count; id += 1) {
      const pvs = { id, ...consumerPvs(options, id) };
      links.push(
        new ConsumerLink(client, pvs, () => {
          this.#isNews = true;
          if (links.length === count) this.#notice.announce();
        }),
      );
    }
    this.#notice.announce();
    this.#ticks = setInterval(() => {
      this.#notice.announce();
    }, TICK_MS).unref();
    if (isStopping) this.#stopLater(links);
  }

  close(): void {
    this.#stopped.abort();
    for (const queue of [this.#queue, this.#stops]) queue.close();
    clearInterval(this.#ticks);
    this.#notice.cancel();
    for (const link of this.#links) link.close();
  }

  /** What has not been acknowledged. */
  forward(pending: readonly StreamCommand[]): void {
    const isStop = ({ command }: StreamCommand): boolean => command === 'stop';
    this.#stops.forward(pending.filter(isStop));
    this.#queue.forward(pending.filter((one) => !isStop(one)));
  }

  #newQueue(): CommandQueue {
    return new CommandQueue(
      (command, withdrawn) => this.#send(command, withdrawn),
      ({ sequence }, error) => {
        this.#options.onAnswer(sequence, 'refused', errorText(error));
      },
    );
  }

  async #send({ sequence, command, arguments: given, limitMs }: StreamCommand, withdrawn: AbortSignal): Promise<void> {
    const { onAnswer, pending } = this.#options;
    const args = given + ' '.repeat(sequence % MARKS);
    const mayBePut = pending.some((one) => one.sequence === sequence);
    // One that isn't there needs no stop to be gone, but may come back.
    const isAsked = ({ view }: ConsumerLink): boolean => command !== 'stop' || view.isConnected;
    const limit = limitMs === null ? undefined : AbortSignal.timeout(timerMs(limitMs - ANSWER_MS));
    const signal = AbortSignal.any(limit === undefined ? [withdrawn] : [withdrawn, limit]);
    setMaxListeners(0, signal);
    const asked = this.#links.filter(isAsked);
    const outcomes = await Promise.allSettled(asked.map((link) => link.send({ command, args, mayBePut }, signal)));
    if (withdrawn.aborted) return;
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [errorText(one.reason)] : []));
    const said = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (reasons.length > 0) {
      onAnswer(sequence, limit?.aborted === true ? 'withdrawn' : 'refused', reasons.join('; '));
      return;
    }
    if (command === 'stop') this.#stopLater(this.#links.filter((link) => !asked.includes(link)));
    onAnswer(sequence, 'accepted', said[0] ?? '');
  }

  #stopLater(links: readonly ConsumerLink[]): void {
    const stop = { command: 'stop', args: '{}', mayBePut: true };
    for (const link of links) link.send(stop, this.#stopped.signal).catch(() => undefined);
  }
}
