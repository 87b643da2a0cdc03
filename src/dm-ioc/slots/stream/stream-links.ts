import type { PvaClient } from 'epics-pva-ts';
import type { KindHost } from '../kind-service.js';
import { CommandLink } from './command-link.js';
import type { ConsumerView } from './consumer-link.js';
import { Consumers, sumOf } from './consumers.js';
import { DataLink } from './data-link.js';
import { ReportLink } from './report-link.js';
import type { StreamService } from './stream-service.js';
import { isFinal } from './stream-state.js';
import type { Stream, StreamCommand, StreamLive } from './stream.js';

interface Link {
  close(): void;
  /** Takes the commands that the workflow has not acknowledged. */
  forward?(pending: readonly StreamCommand[]): void;
}

/** What of a slot's stream lives elsewhere, as a PVAccess client: its frames, its report and command objects, pvaPy's consumers. */
export class StreamLinks {
  readonly #client: PvaClient;
  readonly #slot: number;
  readonly #service: StreamService;
  readonly #host: KindHost;
  /** By what they lead to; closed when the stream has another one. */
  readonly #links = new Map<string, Link>();
  /** What is not connected, by what it is for. */
  readonly #lost = new Map<string, string>();
  /** The commands that the links have. */
  #forwarded: readonly StreamCommand[] | null = null;

  constructor(client: PvaClient, slot: number, service: StreamService, host: KindHost) {
    this.#client = client;
    this.#slot = slot;
    this.#service = service;
    this.#host = host;
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  /** Keeps the links that the stream needs. */
  follow(stream: Stream | null): void {
    const wanted = this.#wanted(stream);
    for (const [key, link] of this.#links) {
      if (wanted.has(key)) continue;
      this.#links.delete(key);
      this.#lost.delete(key);
      link.close();
    }
    for (const [key, open] of wanted) {
      if (this.#links.has(key)) continue;
      // What it tells at once comes back to here.
      this.#links.set(key, { close: () => undefined });
      this.#links.set(key, open(key));
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

  #wanted(stream: Stream | null): Map<string, (key: string) => Link> {
    const wanted = new Map<string, (key: string) => Link>();
    if (stream === null || isFinal(stream.state)) return wanted;
    const { id, dataPv, reportPv, protocol, report } = stream;
    const ownCommand = `${this.#host.prefix}Stream${this.#slot}:Command`;
    const commandPv = report.commandPv === ownCommand ? '' : report.commandPv;
    if (dataPv !== '') wanted.set(`${id} data ${dataPv}`, () => this.#data(stream));
    if (reportPv !== '' && protocol === 'Native')
      wanted.set(`${id} report ${reportPv}`, (key) => this.#report(key, stream));
    if (protocol === 'PvaPy') wanted.set(`${id} consumers`, (key) => this.#consumers(key, stream));
    else if (commandPv !== '') wanted.set(`${id} command ${commandPv}`, (key) => this.#command(key, stream, commandPv));
    return wanted;
  }

  #live(id: string, change: Partial<StreamLive>): void {
    this.#service.live(this.#slot, id, change);
  }

  /** Says that something is lost, or (empty) back. */
  #tell(id: string, key: string, problem: string): void {
    if ((this.#lost.get(key) ?? '') === problem) return;
    if (problem === '') this.#lost.delete(key);
    else this.#lost.set(key, problem);
    this.#live(id, { lost: [...this.#lost.values()].join('; ') });
  }

  #data({ id, dataPv }: Stream): Link {
    return new DataLink(this.#client, dataPv, (data) => {
      this.#live(id, { data });
    });
  }

  #report(key: string, { id, reportPv }: Stream): Link {
    return new ReportLink({
      client: this.#client,
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

  #answer(id: string, sequence: number, accepted: boolean, message: string): void {
    void this.#service.acknowledge(this.#slot, { streamId: id, sequence, accepted, message }).catch(() => undefined);
  }

  #command(key: string, { id }: Stream, commandPv: string): Link {
    return new CommandLink({
      client: this.#client,
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

  #consumers(key: string, { id, consumers, pending, state }: Stream): Link {
    return new Consumers({
      ...consumers,
      client: this.#client,
      pending,
      isStopping: state === 'Finishing',
      onChange: (views) => {
        this.#show(key, id, views);
      },
      onAnswer: (...answer) => {
        this.#answer(id, ...answer);
      },
    });
  }

  /** The consumers' own words make no report: their connections and counts do. */
  #show(key: string, id: string, views: readonly ConsumerView[]): void {
    const stream = this.#service.streamIn(this.#slot);
    if (stream?.id !== id || isFinal(stream.state)) return;
    const away = views.filter(({ isConnected }) => !isConnected).map((view) => String(view.id));
    const isBegun = stream.state !== 'Starting' && stream.state !== 'Connected';
    const isLeaving = stream.state === 'Finishing';
    const missing = away.length === 0 || isLeaving ? '' : `consumer ${away.join(', ')} is not connected`;
    this.#tell(id, key, isBegun ? missing : '');
    this.#live(id, { waiting: isBegun ? '' : missing });
    if (!isBegun && away.length === views.length) return;
    const counts = sumOf(views);
    // Each has seen the frame that was there before it came.
    const isStreaming = stream.state === 'Ready' && counts.nReceived > Math.max(views.length, stream.report.nReceived);
    const state = isBegun ? (isStreaming ? 'Streaming' : '') : away.length === 0 ? 'Ready' : 'Connected';
    void this.#service.report(this.#slot, { streamId: id, state, ...counts }).catch(() => undefined);
  }
}
