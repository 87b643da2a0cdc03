import type { PvaClient } from 'epics-pva-ts';
import type { Logger } from 'pino';
import { CommandLink } from './command-link.js';
import type { ConsumerView } from './consumer-link.js';
import { Consumers, sumOf } from './consumers.js';
import { DataLink } from './data-link.js';
import { ReportLink } from './report-link.js';
import type { StreamService } from './stream-service.js';
import { isFinal } from './stream-state.js';
import type { Stream, StreamLive } from './stream.js';

interface Link {
  close(): void;
}

/** What of a slot's stream lives elsewhere, as a PVAccess client: its frames, its report and command objects, pvaPy's consumers. */
export class StreamLinks {
  readonly #client: PvaClient;
  readonly #slot: number;
  readonly #service: StreamService;
  readonly #log: Logger;
  /** By what they lead to; closed when the stream has another one. */
  readonly #links = new Map<string, Link>();
  #forward: ((stream: Stream) => void) | null = null;
  readonly #lost = new Map<string, string>();

  constructor(client: PvaClient, slot: number, service: StreamService, log: Logger) {
    this.#client = client;
    this.#slot = slot;
    this.#service = service;
    this.#log = log;
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  /** Keeps the links that the stream needs. */
  follow(stream: Stream | null): void {
    const wanted = new Map<string, () => Link>();
    if (stream !== null && !isFinal(stream.state)) {
      const { id, dataPv, reportPv, protocol, report } = stream;
      if (dataPv !== '') wanted.set(`${id} data ${dataPv}`, () => this.#data(stream));
      if (reportPv !== '') wanted.set(`${id} report ${reportPv}`, () => this.#report(stream));
      if (protocol === 'PvaPy') wanted.set(`${id} consumers`, () => this.#consumers(stream));
      else if (report.commandPv !== '') wanted.set(`${id} command ${report.commandPv}`, () => this.#command(stream));
    }
    for (const [key, link] of this.#links) {
      if (wanted.has(key)) continue;
      link.close();
      this.#links.delete(key);
      if (!key.includes(' data ')) this.#forward = null;
    }
    for (const [key, open] of wanted) if (!this.#links.has(key)) this.#links.set(key, open());
    if (stream !== null) this.#forward?.(stream);
  }

  #live(id: string, change: Partial<StreamLive>): void {
    this.#service.live(this.#slot, id, change);
  }

  /** Says that something is lost, or (empty) back. */
  #tell(id: string, what: string, problem: string): void {
    if (problem === '') this.#lost.delete(what);
    else this.#lost.set(what, problem);
    this.#live(id, { lost: [...this.#lost.values()].join('; ') });
  }

  #data({ id, dataPv }: Stream): Link {
    return new DataLink(this.#client, dataPv, (data) => {
      this.#live(id, { data });
    });
  }

  #report({ id, reportPv }: Stream): Link {
    return new ReportLink({
      client: this.#client,
      pv: reportPv,
      streamId: id,
      onReport: (report) => this.#service.report(this.#slot, report),
      onConnection: (isConnected) => {
        this.#tell(id, 'report', isConnected ? '' : `${reportPv} is not connected`);
      },
      onRefused: (reason) => {
        this.#log.warn({ stream: this.#slot, pv: reportPv, reason }, 'report refused');
      },
    });
  }

  #answer(id: string, sequence: number, accepted: boolean, message: string): void {
    void this.#service.acknowledge(this.#slot, { streamId: id, sequence, accepted, message }).catch(() => undefined);
  }

  #command({ id, report: { commandPv } }: Stream): Link {
    const link = new CommandLink({
      client: this.#client,
      pv: commandPv,
      streamId: id,
      onAnswer: (...answer) => {
        this.#answer(id, ...answer);
      },
      onConnection: (isConnected) => {
        this.#tell(id, 'command', isConnected ? '' : `${commandPv} is not connected`);
      },
    });
    this.#forward = ({ pending }) => {
      link.forward(pending);
    };
    return link;
  }

  #consumers({ id }: Stream): Link {
    const { nConsumers, controlPattern, statusPattern } = this.#service.slotNumbered(this.#slot).inputs;
    const consumers = new Consumers({
      client: this.#client,
      count: nConsumers,
      controlPattern,
      statusPattern,
      onChange: (views) => {
        this.#show(id, views);
      },
      onAnswer: (...answer) => {
        this.#answer(id, ...answer);
      },
    });
    this.#forward = ({ pending }) => {
      consumers.forward(pending);
    };
    return consumers;
  }

  /** The consumers' own words make no report: their connections and counts do. */
  #show(id: string, views: readonly ConsumerView[]): void {
    const stream = this.#service.streamIn(this.#slot);
    if (stream?.id !== id || isFinal(stream.state)) return;
    const away = views.filter(({ isConnected }) => !isConnected).map((view) => String(view.id));
    const isBegun = stream.state !== 'Starting' && stream.state !== 'Connected';
    const counts = sumOf(views);
    if (stream.state === 'Finishing') this.#tell(id, 'consumers', '');
    else if (isBegun)
      this.#tell(id, 'consumers', away.length === 0 ? '' : `consumer ${away.join(', ')} is not connected`);
    if (away.length === views.length) return;
    const isAll = away.length === 0;
    const isStreaming =
      stream.state === 'Ready' && counts.nReceived > stream.report.nReceived && stream.report.sequence > 1;
    const state = isBegun ? (isStreaming ? 'Streaming' : '') : isAll ? 'Ready' : 'Connected';
    const isLeaving = stream.state === 'Finishing';
    const message =
      isAll || isLeaving ? '' : `${views.length - away.length} of ${views.length} consumers are connected`;
    void this.#service.report(this.#slot, { streamId: id, state, ...counts, message }).catch(() => undefined);
  }
}
