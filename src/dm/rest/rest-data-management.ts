import { ChangeFeed } from '../change-feed.js';
import type { DataManagement, ServiceHealth, ServiceName, Watch } from '../data-management.js';
import { errorText } from '../error-text.js';
import { DmError } from '../errors.js';
import { type DmLogger, silentLogger } from '../logger.js';
import { createRouteTable } from '../wire/route-table.js';
import type { ListeningService } from '../wire/wire-service.js';
import { ApsDb } from './aps-db.js';
import { CredentialsSource } from './credentials-source.js';
import { PollLoop } from './poll-loop.js';
import type { PollPeriods } from './poll-periods.js';
import { Poller } from './poller.js';
import { RestCatalog } from './rest-catalog.js';
import type { RestContext } from './rest-context.js';
import { RestDaqs } from './rest-daqs.js';
import { RestExperiments } from './rest-experiments.js';
import { RestJobs } from './rest-jobs.js';
import { parseRestOptions, type RestOptions, type RestOptionsInput } from './rest-options.js';
import type { DaqService } from './rest-transfers.js';
import { RestUploads } from './rest-uploads.js';
import { RestWorkflows } from './rest-workflows.js';
import { ServiceBoard } from './service-board.js';
import { ServiceClient } from './service-client.js';
import { ServiceProbe } from './service-probe.js';
import { Transport } from './transport.js';
import { unprotected } from './unprotected.js';
import type { UrlHealth } from './url-health.js';

/** DM by its web services. Polls, and tells by events what has changed; see `DataManagement`. */
export class RestDataManagement implements DataManagement {
  readonly backend = 'rest';
  readonly station: string;
  readonly experiments: RestExperiments;
  readonly daqs: RestDaqs;
  readonly uploads: RestUploads;
  readonly catalog: RestCatalog;
  readonly workflows: RestWorkflows;
  readonly jobs: RestJobs;
  /** Null when the URL of the APS database service isn't configured. */
  readonly apsDb: ApsDb | null;
  readonly changes: ChangeFeed;
  readonly #options: RestOptions;
  readonly #periods: PollPeriods;
  readonly #transport: Transport;
  readonly #probeTransport: Transport;
  readonly #board: ServiceBoard;
  readonly #credentials: CredentialsSource;
  readonly #pollers: readonly (readonly [url: string, poller: Poller])[];
  readonly #probes: readonly (readonly [url: string, probe: ServiceProbe])[];
  readonly #recovering = new Set<NodeJS.Timeout>();
  readonly #logger: DmLogger;
  #owner: string;

  /** @throws DmError DM_CONFIGURATION; nothing is asked of DM before `start` */
  constructor(input: RestOptionsInput, logger: DmLogger = silentLogger) {
    const options = parseRestOptions(input);
    this.#options = options;
    this.#logger = logger;
    this.changes = new ChangeFeed(logger);
    this.station = options.station;
    this.#owner = options.owner ?? '';
    this.#periods = { ...options.poll };
    this.#transport = new Transport(options.tls, options.timeouts.connectMs);
    this.#probeTransport = new Transport(options.tls, options.timeouts.connectMs);
    this.#credentials = new CredentialsSource(options.loginFile);
    this.#board = this.#createBoard();
    const table = createRouteTable(options.routes);
    const client = (service: ListeningService, url: string): ServiceClient =>
      new ServiceClient({
        service,
        url,
        transport: this.#transport,
        credentials: this.#credentials,
        table,
        health: this.#healthOf(service, url),
        logger,
        rest: options,
      });
    const context: RestContext = {
      options,
      changes: this.changes,
      periods: this.#periods,
      logger,
      pollFailed: (what) => this.#pollFailed(what),
    };
    const cat = client('CAT', options.cat);
    const proc = client('PROC', options.proc);
    const daqServices = options.daq.map(({ url, directories }): DaqService => ({
      client: client('DAQ', url),
      directories,
    }));
    const [first, ...others] = daqServices;
    if (first === undefined) throw new DmError('DM_CONFIGURATION', 'dm.rest.daq: there is no DAQ service; name one.');
    const owner = (): string => this.#owner;
    this.experiments = new RestExperiments(client('DS', options.ds), context);
    this.daqs = new RestDaqs([first, ...others], context);
    this.uploads = new RestUploads([first, ...others], context);
    this.catalog = new RestCatalog(cat, context);
    this.workflows = new RestWorkflows(proc, owner, context);
    this.jobs = new RestJobs(proc, owner, context);
    this.apsDb = options.apsDb === undefined ? null : new ApsDb(client('APS_DB', options.apsDb), options);
    this.#pollers = [
      [options.ds, this.experiments.poller],
      ...[...this.daqs.pollers, ...this.uploads.pollers].map(([service, poller]) => [service.url, poller] as const),
      [options.proc, this.workflows.poller],
      [options.proc, this.jobs.poller],
      [options.cat, this.#createCatalogPoller(cat)],
    ];
    this.#probes = this.#board.urls.map((health) => [health.url, this.#createProbe(health)]);
    for (const warning of unprotected(options)) logger.warn({ tls: options.tls }, warning);
  }

  /** The user of the login file, unless configured; known from `start` on. */
  get owner(): string {
    return this.#owner;
  }

  /** @throws DmError DM_CONFIGURATION when the login file can't be read; services that are down are waited for */
  async start(): Promise<void> {
    if (this.#owner === '') this.#owner = (await this.#credentials.read()).username;
    for (const [, poller] of [...this.#pollers, ...this.#probes]) poller.start();
  }

  async close(): Promise<void> {
    for (const timer of this.#recovering) clearTimeout(timer);
    const stopped = [...this.#pollers, ...this.#probes].map(([, poller]) => poller.stop());
    await Promise.all([...stopped, this.#transport.close(), this.#probeTransport.close()]);
  }

  health(): readonly ServiceHealth[] {
    return this.#board.health();
  }

  watchJob(owner: string, id: string): Watch {
    return this.jobs.watch(owner, id);
  }

  watchDaq(id: string): Watch {
    return this.daqs.watch(id);
  }

  watchUpload(id: string): Watch {
    return this.uploads.watch(id);
  }

  /** Change the periods while running; all in milliseconds, those left out stay. */
  setPollPeriods(periods: Partial<PollPeriods>): void {
    Object.assign(this.#periods, periods);
    for (const [, poller] of [...this.#pollers, ...this.#probes]) poller.reconsider();
  }

  #healthOf(service: ListeningService, url: string): UrlHealth | undefined {
    return this.#board.urls.find((one) => one.service === service && one.url === url);
  }

  #createBoard(): ServiceBoard {
    const { ds, daq, cat, proc } = this.#options;
    const daqUrls = daq.map(({ url }) => ['DAQ', url] as const);
    const logged = new Map<ServiceName, boolean>();
    return new ServiceBoard([['DS', ds], ...daqUrls, ['CAT', cat], ['PROC', proc]], {
      changed: (health) => {
        const { service, connected, lastError } = health;
        if (logged.get(service) !== connected) {
          if (connected) this.#logger.info({ service }, 'DM service connected');
          else this.#logger.warn({ service, lastError }, 'DM service not connected');
        }
        logged.set(service, connected);
        this.changes.tell('service', health);
      },
      doubted: (doubted) => {
        for (const [url, poller] of this.#pollers) if (url === doubted) poller.poke();
      },
      suspected: (suspected) => {
        for (const [url, probe] of this.#probes) if (url === suspected) probe.suspect();
      },
      recovered: (recovered, wasSilent) => {
        this.#recover(recovered, wasSilent);
      },
    });
  }

  /** Polls again what a service tells, after a pause of chance: many clients wait for it. */
  #recover(recovered: string, wasSilent: boolean): void {
    const timer = setTimeout(
      () => {
        this.#recovering.delete(timer);
        for (const [url, poller] of this.#pollers) if (url === recovered) poller[wasSilent ? 'restart' : 'recover']();
      },
      (Math.random() * this.#periods.probeMs) / 4,
    );
    this.#recovering.add(timer);
  }

  #createProbe(health: UrlHealth): ServiceProbe {
    return new ServiceProbe({
      health,
      transport: this.#probeTransport,
      periods: this.#periods,
      onError: this.#pollFailed(`sign of life at ${health.url}`),
    });
  }

  /** Nothing of the catalogue is polled, so whether it takes calls is asked for by itself. */
  #createCatalogPoller(cat: ServiceClient): Poller {
    const health = this.#healthOf('CAT', cat.url);
    const loop = new PollLoop({
      run: async (signal) => {
        const silentMs = Date.now() - (health?.lastContactMs ?? 0);
        if (health?.connected === true && silentMs < this.#periods.listMs) return;
        await cat.call('getServiceStatus', {}, { signal, retry: false }).catch((error: unknown) => {
          // The path is a guess; any answer shows that the service and the session are well.
          if (!(error instanceof DmError) || error.code !== 'DM_URL') throw error;
        });
      },
      periodMs: () => this.#periods.idleListMs,
      maxBackoffMs: () => this.#periods.maxBackoffMs,
      onError: this.#pollFailed('catalogue'),
    });
    return new Poller(loop);
  }

  /** Logs a failure when its reason is new; that a service can't be reached is logged once for the service itself. */
  #pollFailed(what: string): (error: unknown) => void {
    let last = '';
    return (error) => {
      const reason = errorText(error);
      if (reason === last) return;
      last = reason;
      const isOutage = error instanceof DmError && error.code === 'DM_COMMUNICATION';
      this.#logger[isOutage ? 'debug' : 'warn']({ reason }, `DM's ${what} can't be polled`);
    };
  }
}
