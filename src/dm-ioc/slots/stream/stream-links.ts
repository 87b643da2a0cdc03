import { errorText } from 'dm';
import type { PvaClient } from 'epics-pva-ts';
import type { KindHost } from '../kind-service.js';
import { CommandLink } from './command-link.js';
import type { ConsumerView } from './consumer-link.js';
import { Consumers, sumOf } from './consumers.js';
import { DataLink } from './data-link.js';
import { RefusalLog } from './refusal-log.js';
import { ReportLink } from './report-link.js';
import { searchedAt } from './searched-at.js';
import type { StreamService } from './stream-service.js';
import { isFinal } from './stream-state.js';
import type { Stream, StreamAnswer, StreamCommand, StreamLive } from './stream.js';

interface Link {
  close(): void;
  /** Takes the commands that the workflow has not acknowledged. */
  forward?(pending: readonly StreamCommand[]): void;
}

type Open = (key: string, client: PvaClient) => Link;

/** So many consumers are named. */
const MOST_NAMED = 16;

function namesOf(consumers: readonly ConsumerView[]): string {
  const more = consumers.length - MOST_NAMED;
  const ids = consumers.slice(0, MOST_NAMED).map(({ id }) => id);
  return `consumer ${ids.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What of a slot's stream lives elsewhere, as a PVAccess client: its frames, its report and command objects, pvaPy's consumers. */
export class StreamLinks {
  readonly #newClient: () => PvaClient;
  readonly #slot: number;
  readonly #service: StreamService;
  readonly #host: KindHost;
  /** Of this stream: one that has searched for something in vain searches for it ever more seldom. */
  #client: PvaClient | null = null;
  /** By what they lead to; closed when the stream has another one. */
  readonly #links = new Map<string, Link>();
  readonly #refusals: RefusalLog;
  /** What is not connected, by what it is for. */
  readonly #lost = new Map<string, string>();
  /** The commands that the links have. */
  #forwarded: readonly StreamCommand[] | null = null;

  constructor(newClient: () => PvaClient, slot: number, service: StreamService, host: KindHost) {
    this.#newClient = newClient;
    this.#slot = slot;
    this.#service = service;
    this.#host = host;
    this.#refusals = new RefusalLog(host.log);
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    this.#closeClient();
  }

  /** Keeps the links that the stream needs. */
  follow(stream: Stream | null): void {
    const wanted = this.#wanted(stream);
    for (const [key, link] of this.#links) {
      if (wanted.has(key)) continue;
      this.#links.delete(key);
      link.close();
      // What nobody needs any more is not missed.
      this.#tell(stream?.id ?? '', key, '');
    }
    if (this.#links.size === 0) this.#closeClient();
    for (const [key, open] of wanted) {
      if (this.#links.has(key)) continue;
      // What it tells at once comes back to here.
      this.#links.set(key, { close: () => undefined });
      this.#client ??= this.#newClient();
      this.#links.set(key, open(key, this.#client));
      this.#forwarded = null;
    }
    void this.#forward();
  }

  /** A command that has gone out must not be forgotten: its number would be given again. */
  async #forward(): Promise<void> {
    const pending = this.#service.streamIn(this.#slot)?.pending ?? null;
    if (pending === null || pending === this.#forwarded) return;
    this.#forwarded = pending;
    const takers = [...this.#links.values()].filter((link) => 'forward' in link);
    if (takers.length === 0) return;
    await this.#host.save();
    for (const link of takers) link.forward?.(pending);
  }

  #closeClient(): void {
    this.#client?.close();
    this.#client = null;
  }

  /** By keys that have the stream's id. */
  #wanted(stream: Stream | null): Map<string, Open> {
    const wanted = new Map<string, Open>();
    if (stream === null || isFinal(stream.state)) return wanted;
    const { id, dataPv, reportPv, protocol, report } = stream;
    const ownCommand = `${this.#host.prefix}Stream${this.#slot}:Command`;
    const commandPv = report.commandPv === ownCommand ? '' : report.commandPv;
    if (dataPv !== '') wanted.set(`${id} data ${dataPv}`, (_key, client) => this.#data(client, stream));
    if (reportPv !== '' && protocol === 'Native')
      wanted.set(`${id} report ${reportPv}`, (key, client) => this.#report(key, client, stream));
    if (protocol === 'PvaPy') wanted.set(`${id} consumers`, (key, client) => this.#consumers(key, client, stream));
    else if (commandPv !== '')
      wanted.set(`${id} command ${commandPv}`, (key, client) => this.#command(key, client, stream, commandPv));
    return wanted;
  }

  #live(id: string, change: Partial<StreamLive>): void {
    this.#service.live(this.#slot, id, change);
  }

  /** Says that something is lost, or (empty) back; a link that is closed has lost nothing. */
  #tell(id: string, key: string, given: string): void {
    const problem = this.#links.has(key) ? given : '';
    if ((this.#lost.get(key) ?? '') === problem) return;
    if (problem === '') this.#lost.delete(key);
    else this.#lost.set(key, problem);
    this.#live(id, { lost: [...this.#lost.values()].join('; ') });
  }

  #data(client: PvaClient, { id, dataPv }: Stream): Link {
    return new DataLink(client, dataPv, (data) => {
      this.#live(id, { data });
    });
  }

  #report(key: string, client: PvaClient, { id, reportPv }: Stream): Link {
    return new ReportLink({
      client,
      pv: reportPv,
      streamId: id,
      onReport: (report) => this.#service.report(this.#slot, report),
      onConnection: (problem) => {
        this.#tell(id, key, problem);
      },
      onRefused: (reason) => {
        this.#host.log.warn({ stream: this.#slot, pv: reportPv, reason }, 'report refused');
      },
    });
  }

  #answer(streamId: string, sequence: number, outcome: StreamAnswer['outcome'], message: string): void {
    void this.#service.acknowledge(this.#slot, { streamId, sequence, outcome, message }).catch(() => undefined);
  }

  #command(key: string, client: PvaClient, { id }: Stream, commandPv: string): Link {
    return new CommandLink({
      client,
      pv: commandPv,
      streamId: id,
      onAnswer: (...answer) => {
        this.#answer(id, ...answer);
      },
      onConnection: (problem) => {
        this.#tell(id, key, problem);
      },
    });
  }

  #consumers(key: string, client: PvaClient, { id, consumers, pending, state }: Stream): Link {
    return new Consumers({
      ...consumers,
      client,
      pending,
      isStopping: state === 'Finishing',
      onChange: (views, isNews) => {
        this.#show(key, id, views, client, isNews);
      },
      onAnswer: (...answer) => {
        this.#answer(id, ...answer);
      },
    });
  }

  /** What is wrong with consumers that are connected. */
  #troubles(views: readonly ConsumerView[]): string {
    const { heartbeatTimeoutS } = this.#service.slotNumbered(this.#slot).inputs;
    const soundMs = performance.now() - heartbeatTimeoutS * 1000;
    const silent = views.filter(({ isConnected, heardMs }) => isConnected && heardMs < soundMs);
    const silence = silent.length === 0 ? [] : [`${namesOf(silent)} is silent for more than ${heartbeatTimeoutS} s`];
    const wrong = views.filter(({ problem }) => problem !== '').map(({ id, problem }) => `consumer ${id}: ${problem}`);
    for (const reason of wrong) this.#refuse(reason);
    return [...silence, ...wrong.slice(0, MOST_NAMED)].join('; ');
  }

  #refuse(reason: string): void {
    this.#refusals.tell({ stream: this.#slot, what: 'counts', user: '', host: '', code: 'SETPOINT_INVALID', reason });
  }

  /** The consumers' own words make no report: their connections and counts do. */
  #show(key: string, id: string, views: readonly ConsumerView[], client: PvaClient, isNews: boolean): void {
    const stream = this.#service.streamIn(this.#slot);
    if (stream?.id !== id || isFinal(stream.state)) return;
    const away = views.filter(({ isConnected }) => !isConnected);
    const isBegun = stream.state !== 'Starting' && stream.state !== 'Connected';
    const isLeaving = stream.state === 'Finishing';
    // One that was there and is gone has stopped.
    const awaited = isLeaving ? away.filter(({ wasConnected }) => !wasConnected) : away;
    const [first] = awaited;
    const missing = first === undefined ? '' : namesOf(awaited);
    const lost = isBegun && !isLeaving && missing !== '' ? [`${missing} is not connected`] : [];
    const troubles = isLeaving ? '' : this.#troubles(views);
    this.#tell(id, key, [...lost, ...(troubles === '' ? [] : [troubles])].join('; '));
    const remedy = isLeaving ? '; put Abort to end it' : ' (Abort ends it)';
    const waiting = `waits for ${missing} (as ${first?.away.join(', ') ?? ''}), ${searchedAt(client)}${remedy}`;
    const waits = (!isBegun || isLeaving) && missing !== '' ? waiting : '';
    if (waits !== stream.live.waiting) this.#live(id, { waiting: waits });
    if (!isNews) return;
    if (!isBegun && away.length === views.length) return;
    const counts = sumOf(views);
    // Each has seen the frame that was there before it came.
    const isStreaming = stream.state === 'Ready' && counts.nReceived > Math.max(views.length, stream.report.nReceived);
    const state = isBegun ? (isStreaming ? 'Streaming' : '') : away.length === 0 ? 'Ready' : 'Connected';
    void this.#service.report(this.#slot, { streamId: id, state, ...counts }).catch((error: unknown) => {
      this.#refuse(errorText(error));
    });
  }
}
