import type { CallOptions, Watch } from '../data-management.js';
import { DmError, DmObjectNotFoundError } from '../errors.js';
import { type DaqInfo, daqInfoSchema, type UploadInfo, uploadInfoSchema } from '../schemas/transfer.js';
import { isTerminalStatus } from '../schemas/status.js';
import { SharedCall } from '../shared-call.js';
import { ActiveList } from './active-list.js';
import { PAGE } from './list-budget.js';
import type { Listed } from './listed.js';
import { newestOf } from './newest-of.js';
import type { RestContext } from './rest-context.js';
import type { ClientCallOptions, ServiceClient } from './service-client.js';
import { WatchedPoller } from './watched-poller.js';

/** A DAQ service with the data directories that it can see. */
export interface DaqService {
  readonly client: ServiceClient;
  readonly directories: readonly string[];
}

interface Kind {
  readonly list: 'listDaqs' | 'listUploads';
  readonly get: 'getDaqInfo' | 'getUploadInfo';
  readonly clear: 'clearDaq' | 'clearUpload';
  readonly event: 'daq' | 'upload';
}

/** What DAQs and uploads have in common: they live on one of several DAQ services, which an id alone doesn't tell. */
export abstract class RestTransfers<T extends DaqInfo | UploadInfo> {
  readonly pollers: ReadonlyMap<ServiceClient, WatchedPoller<T>>;
  readonly #services: readonly [DaqService, ...DaqService[]];
  readonly #kind: Kind;
  readonly #station: string;
  readonly #homes = new Map<string, ServiceClient>();
  readonly #listings: ReadonlyMap<ServiceClient, SharedCall<Listed<T>>>;

  protected constructor(services: readonly [DaqService, ...DaqService[]], kind: Kind, context: RestContext) {
    this.#services = services;
    this.#kind = kind;
    this.#station = context.options.station.toLowerCase();
    this.#listings = new Map(services.map(({ client }) => [client, new SharedCall<Listed<T>>()]));
    this.pollers = new Map(services.map(({ client }) => [client, this.#createPoller(client, context)]));
  }

  watch(id: string): Watch {
    const home = this.#homes.get(id);
    const watches = this.#services
      .filter(({ client }) => home === undefined || client === home)
      .flatMap(({ client }) => this.pollers.get(client)?.watch(id) ?? []);
    return {
      [Symbol.dispose]: () => {
        for (const watch of watches) watch[Symbol.dispose]();
      },
    };
  }

  /** The service that sees a directory, then the others. */
  protected clientsFor(dataDirectory: string): ServiceClient[] {
    const best = this.clientFor(dataDirectory);
    return [best, ...this.#services.map(({ client }) => client).filter((client) => client !== best)];
  }

  /** The service that sees a directory: the one with the longest fitting directory, else the first. */
  protected clientFor(dataDirectory: string): ServiceClient {
    const fitting = this.#services.flatMap(({ client, directories }) =>
      directories
        .map((directory) => directory.replace(/\/+$/u, ''))
        .filter((directory) => dataDirectory === directory || dataDirectory.startsWith(`${directory}/`))
        .map((directory) => ({ client, length: directory.length })),
    );
    return fitting.sort((a, b) => b.length - a.length)[0]?.client ?? this.#services[0].client;
  }

  /** Those of this station, of all services, newest first. */
  async list(options?: CallOptions): Promise<T[]> {
    const read = (client: ServiceClient): Promise<Listed<T>> =>
      options?.signal === undefined ? this.#shared(client, {}) : this.#newest(client, options);
    const lists = await Promise.all(this.#services.map(({ client }) => read(client)));
    return newestOf(
      lists.flatMap(({ entries }) => entries),
      Infinity,
    );
  }

  /** The active ones of a service. */
  protected async activeOf(client: ServiceClient, options?: ClientCallOptions): Promise<readonly T[]> {
    return (await this.#listOf(client, 'any', 1, options)).entries.filter(({ status }) => !isTerminalStatus(status));
  }

  async get(id: string, options?: CallOptions): Promise<T> {
    const home = this.#homes.get(id);
    const clients = home === undefined ? this.#services.map(({ client }) => client) : [home];
    let failure: DmError = new DmObjectNotFoundError(`There is no ${this.#kind.event} ${id}.`);
    for (const client of clients) {
      try {
        return this.observe(client, (await client.call(this.#kind.get, { id }, options)) as T);
      } catch (error) {
        if (!(error instanceof DmError)) throw error;
        // A service that can't be asked may be the one that knows it.
        if (failure.code === 'DM_OBJECT_NOT_FOUND') failure = error;
      }
    }
    throw failure;
  }

  async clear(id: string, options?: CallOptions): Promise<void> {
    const client = await this.home(id, options);
    await client.call(this.#kind.clear, { id }, options);
    this.#homes.delete(id);
    this.pollers.get(client)?.changes.delete(id);
  }

  /** The service that knows an id. @throws DmObjectNotFoundError */
  protected async home(id: string, options?: CallOptions): Promise<ServiceClient> {
    if (!this.#homes.has(id)) await this.get(id, options);
    return this.#homes.get(id) ?? this.#services[0].client;
  }

  protected observe(client: ServiceClient, entry: T): T {
    this.#homes.set(entry.id, client);
    this.pollers.get(client)?.observe(entry);
    return entry;
  }

  /** What DM answers to a stop is not documented: unless it is the object, the object is read. */
  protected async afterStop(client: ServiceClient, id: string, answer: unknown, options?: CallOptions): Promise<T> {
    const schema = this.#kind.event === 'daq' ? daqInfoSchema : uploadInfoSchema;
    const parsed = schema.safeParse(answer);
    return parsed.success && parsed.data.id === id ? this.observe(client, parsed.data as T) : this.get(id, options);
  }

  /** DM cuts no pages of these lists. */
  async #listOf(
    client: ServiceClient,
    status: string,
    newest: number,
    options?: ClientCallOptions,
  ): Promise<{ readonly entries: readonly T[]; readonly nSent: number }> {
    const { entries, nSent } = await client.list(this.#kind.list, { status }, newest, options);
    const own = (entries as T[]).filter(
      (entry) => (entry.experimentStationName ?? this.#station).toLowerCase() === this.#station,
    );
    for (const entry of own) this.#homes.set(entry.id, client);
    return { entries: own, nSent };
  }

  /** All active ones, and of those that have ended a page. */
  async #newest(client: ServiceClient, options: ClientCallOptions): Promise<Listed<T>> {
    const { entries, nSent } = await this.#listOf(client, 'any', PAGE, options);
    return { entries: newestOf(entries, PAGE), isWhole: true, nSent };
  }

  /** The same, by the reading that may be under way: the poller and the IOC ask for it as both start. */
  #shared(client: ServiceClient, options: ClientCallOptions): Promise<Listed<T>> {
    const read = (): Promise<Listed<T>> => this.#newest(client, options);
    return this.#listings.get(client)?.run(read) ?? read();
  }

  #createPoller(client: ServiceClient, { changes, periods, logger, pollFailed }: RestContext): WatchedPoller<T> {
    const { event, get, list } = this.#kind;
    return new WatchedPoller<T>({
      newest: (_limit, signal) => this.#shared(client, { signal, retry: false }),
      active: new ActiveList<T>({
        ask: (status, _limit, signal) => this.#listOf(client, status, 1, { signal, retry: false }),
        disobeyed: (reason) => {
          logger.info(
            { url: client.url, reason },
            `DM obeys no status in ${list}: active ones are asked for one by one`,
          );
        },
      }),
      get: async (id, signal) => {
        const entry = (await client.call(get, { id }, { signal, retry: false })) as T;
        this.#homes.set(id, client);
        return entry;
      },
      keyOf: (entry) => entry.id,
      emit: (entry) => {
        changes.tell(event, entry);
      },
      periods,
      onError: pollFailed(`${event}s of ${client.url}`),
    });
  }
}
