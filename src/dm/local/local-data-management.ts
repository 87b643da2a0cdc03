import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { ChangeFeed } from '../change-feed.js';
import { SERVICE_NAMES, type DataManagement, type ServiceHealth, type Watch } from '../data-management.js';
import { errorText } from '../error-text.js';
import { DmError } from '../errors.js';
import { makeDirectory } from '../make-directory.js';
import type { DaqInfo, UploadInfo, UploadOptions } from '../schemas/transfer.js';
import { LocalCatalog } from './catalog/local-catalog.js';
import { CopyPool } from './copy/copy-pool.js';
import { nowSeconds } from './dm-time.js';
import { forgetEngineProcess, recordEngineProcess } from './engine-process.js';
import { LocalExperiments } from './experiments/local-experiments.js';
import { LocalJobs } from './jobs/local-jobs.js';
import { resolveLocalOptions, type LocalOptions, type ResolvedLocalOptions } from './local-options.js';
import { ChildProcessRepository } from './store/child-process-repository.js';
import { DaqFileRepository } from './store/daq-file-repository.js';
import { Database } from './store/database.js';
import { DatasetRepository } from './store/dataset-repository.js';
import { ExperimentRepository } from './store/experiment-repository.js';
import { FileRepository } from './store/file-repository.js';
import { JobRepository } from './store/job-repository.js';
import { StateWriter } from './store/state-writer.js';
import { TransferRepository } from './store/transfer-repository.js';
import { WorkflowRepository } from './store/workflow-repository.js';
import type { StoredDaqOptions } from './transfer/daq-context.js';
import { FileStore } from './transfer/file-store.js';
import { LocalDaqs } from './transfer/local-daqs.js';
import { LocalUploads } from './transfer/local-uploads.js';
import { TreeService } from './tree/tree-service.js';
import { LocalWorkflows } from './workflows/local-workflows.js';
import { WorkflowFolder } from './workflows/workflow-folder.js';

const PRUNE_PERIOD_MS = 3_600_000;
const SECONDS_PER_DAY = 86_400;
const NO_WATCH: Watch = { [Symbol.dispose]: () => undefined };

/** DM on this machine: it copies files, runs workflow commands as processes, and keeps its catalogue in SQLite. */
export class LocalDataManagement implements DataManagement {
  readonly backend = 'local';
  readonly station: string;
  readonly owner: string;
  readonly experiments: LocalExperiments;
  readonly daqs: LocalDaqs;
  readonly uploads: LocalUploads;
  readonly catalog: LocalCatalog;
  readonly workflows: LocalWorkflows;
  readonly jobs: LocalJobs;
  readonly changes: ChangeFeed;
  readonly #options: ResolvedLocalOptions;
  readonly #database: Database;
  readonly #pool: CopyPool;
  readonly #writer: StateWriter;
  readonly #tree = new TreeService();
  readonly #folder: WorkflowFolder | undefined;
  readonly #repositories: {
    readonly jobs: JobRepository;
    readonly daqs: TransferRepository<DaqInfo, StoredDaqOptions>;
    readonly uploads: TransferRepository<UploadInfo, UploadOptions>;
    readonly workflows: WorkflowRepository;
  };
  /** Why nothing can be written; null while it can. */
  #trouble: string | null = null;
  #pruneTimer: NodeJS.Timeout | undefined;
  #isOpen = false;
  #state: 'new' | 'started' | 'closed' = 'new';

  /** Creates the root. @throws DmError DM_CONFIGURATION when it can't be made */
  constructor(options: LocalOptions) {
    const resolved = resolveLocalOptions(options);
    const { root, station, owner, log } = resolved;
    this.#options = resolved;
    this.station = station;
    this.owner = owner;
    const workingDirectory = join(root, 'work');
    makeRoot(root, workingDirectory);
    const database = new Database(join(root, 'dm.sqlite'), (trouble) => {
      this.#onTrouble(trouble);
    });
    this.#database = database;
    this.#pool = new CopyPool(resolved.copyThreads);
    const changes = new ChangeFeed(log);
    this.changes = changes;
    const writer = new StateWriter(log);
    this.#writer = writer;
    const files = new FileRepository(database);
    const daqs = new TransferRepository<DaqInfo, StoredDaqOptions>(database, 'daqs');
    const uploads = new TransferRepository<UploadInfo, UploadOptions>(database, 'uploads');
    const jobs = new JobRepository(database);
    const workflows = new WorkflowRepository(database);
    this.#repositories = { jobs, daqs, uploads, workflows };
    const store = new FileStore(database, files, this.#pool, changes, log);
    this.experiments = new LocalExperiments({
      root,
      station,
      changes,
      repository: new ExperimentRepository(database),
      activeTransfer: (name) => this.daqs.activeOf(name) ?? this.uploads.activeOf(name),
      onRemoved: async (name) => {
        await daqs.removeOfExperiment(name);
        await uploads.removeOfExperiment(name);
      },
    });
    this.catalog = new LocalCatalog({
      experiments: this.experiments,
      files,
      datasets: new DatasetRepository(database),
      changes,
    });
    this.#folder =
      resolved.workflowsDirectory === undefined
        ? undefined
        : new WorkflowFolder({
            ...resolved,
            directory: resolved.workflowsDirectory,
            onChange: (workflow) => {
              changes.tell('workflow', workflow);
            },
            onRemove: (workflow) => {
              changes.tell('workflowRemoved', { owner: workflow.owner, name: workflow.name });
            },
          });
    this.workflows = new LocalWorkflows({
      repository: workflows,
      folder: this.#folder,
      changes,
      log: resolved.log,
    });
    this.jobs = new LocalJobs({
      ...resolved,
      database,
      writer,
      changes,
      repository: jobs,
      children: new ChildProcessRepository(database),
      workflows: this.workflows,
      input: { experiments: this.experiments, files, tree: this.#tree },
      workingDirectory,
      jobsDirectory: join(root, 'jobs'),
      onFailed: (job) => {
        this.daqs.noteFailedJob(job);
        this.uploads.noteFailedJob(job);
      },
    });
    const transfers = {
      ...resolved,
      tree: this.#tree,
      store,
      writer,
      experiments: this.experiments,
      submitter: this.jobs,
      storageRoot: realpathSync(root),
      changes,
    };
    this.uploads = new LocalUploads({ ...transfers, files, repository: uploads });
    this.daqs = new LocalDaqs({
      ...transfers,
      files: new DaqFileRepository(database),
      repository: daqs,
      upload: (experimentName, dataDirectory, uploadOptions) =>
        this.uploads.start(experimentName, dataDirectory, uploadOptions),
    });
  }

  /** Open the database; `start` does it, too. @throws DmError DM_CONFIGURATION when another engine uses the root, DM_DB when the file can't be used */
  async open(): Promise<void> {
    await this.#database.open();
    recordEngineProcess(this.#options.root);
    this.#isOpen = true;
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new DmError('DM_INVALID_OBJECT_STATE', `The engine is ${this.#state} already.`);
    this.#state = 'started';
    await this.open();
    await this.experiments.recover();
    await this.#repositories.workflows.load();
    await this.#repositories.jobs.load();
    await this.#folder?.start();
    await this.jobs.recover();
    await this.uploads.recover();
    await this.daqs.recover();
    void this.#prune();
    this.#pruneTimer = setInterval(() => {
      void this.#prune();
    }, PRUNE_PERIOD_MS);
    this.#tellHealth();
  }

  /** End every job and its processes, which outlive a `close` else. An engine that is not started ends those that an earlier one left. */
  async endJobs(reason: string): Promise<void> {
    if (this.#state === 'new') {
      await this.open();
      await this.jobs.recover(reason);
    } else await this.jobs.endAll(reason);
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearInterval(this.#pruneTimer);
    this.daqs.close();
    this.catalog.close();
    // The uploads first: what the pool gives up then isn't a failure of theirs.
    await Promise.all([this.jobs.close(), this.#folder?.close(), this.uploads.close(), this.#pool.close()]);
    await this.#tree.close();
    await this.#writer.close();
    await this.#database.close();
    if (this.#isOpen) forgetEngineProcess(this.#options.root);
    this.#options.log.info({}, 'the engine is closed');
  }

  health(): readonly ServiceHealth[] {
    const isStarted = this.#state === 'started';
    const connected = isStarted && this.#trouble === null;
    const lastContactMs = connected ? Date.now() : null;
    const lastError = isStarted
      ? (this.#trouble ?? this.#writer.lastError)
      : `The engine is ${this.#state === 'new' ? 'not started' : 'closed'}.`;
    return SERVICE_NAMES.map((service) => ({ service, connected, lastContactMs, lastError }));
  }

  // Everything is pushed, so there is nothing to poll for anybody.
  watchJob(): Watch {
    return NO_WATCH;
  }

  watchDaq(): Watch {
    return NO_WATCH;
  }

  watchUpload(): Watch {
    return NO_WATCH;
  }

  #onTrouble(trouble: string | null): void {
    this.#trouble = trouble;
    if (trouble === null) this.#options.log.warn({}, 'the database can be written again');
    else this.#options.log.error({ reason: trouble }, 'the database can not be written');
    this.#tellHealth();
  }

  #tellHealth(): void {
    for (const health of this.health()) this.changes.tell('service', health);
  }

  async #prune(): Promise<void> {
    const { historyMaxAgeDays, log } = this.#options;
    if (historyMaxAgeDays === 0) return;
    const before = nowSeconds() - historyMaxAgeDays * SECONDS_PER_DAY;
    const { jobs, daqs, uploads } = this.#repositories;
    try {
      for (const repository of [jobs, daqs, uploads]) await repository.prune(before);
    } catch (error) {
      if (this.#state === 'started') log.warn({ error }, 'the old history could not be removed; it is tried again');
    }
  }
}

function makeRoot(root: string, workingDirectory: string): void {
  try {
    makeDirectory(workingDirectory);
  } catch (error) {
    const reason = errorText(error);
    throw new DmError(
      'DM_CONFIGURATION',
      `The engine's root ${root} can't be made: ${reason}; name another one in dm.local.root.`,
      {
        cause: error,
      },
    );
  }
}

/** The embedded engine as the port, its database open. Call `start` before anything else. @throws DmError DM_CONFIGURATION, DM_DB */
export async function createLocalDataManagement(options: LocalOptions): Promise<DataManagement> {
  const engine = new LocalDataManagement(options);
  try {
    await engine.open();
  } catch (error) {
    await engine.close();
    throw error;
  }
  return engine;
}
