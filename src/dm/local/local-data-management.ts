import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { ChangeFeed } from '../change-feed.js';
import type { DataManagement, ServiceHealth, Watch } from '../data-management.js';
import { errorText } from '../error-text.js';
import { DmError } from '../errors.js';
import { makeDirectory } from '../make-directory.js';
import type { DaqInfo, UploadInfo, UploadOptions } from '../schemas/transfer.js';
import { LocalCatalog } from './catalog/local-catalog.js';
import { CopyPool } from './copy/copy-pool.js';
import { nowSeconds } from './dm-time.js';
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
  readonly #prune: () => void;
  #pruneTimer: NodeJS.Timeout | undefined;
  #state: 'new' | 'started' | 'closed' = 'new';

  /** Creates the root and opens the database. @throws DmError DM_CONFIGURATION when it can't be made or another engine uses it */
  constructor(options: LocalOptions) {
    const resolved = resolveLocalOptions(options);
    const { root, station, owner, log } = resolved;
    this.#options = resolved;
    this.station = station;
    this.owner = owner;
    const workingDirectory = join(root, 'work');
    makeRoot(root, workingDirectory);
    const database = new Database(join(root, 'dm.sqlite'));
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
    const store = new FileStore(database, files, this.#pool, changes, log);
    this.experiments = new LocalExperiments({
      root,
      station,
      changes,
      repository: new ExperimentRepository(database),
      activeTransfer: (name) => this.daqs.activeOf(name) ?? this.uploads.activeOf(name),
      onRemoved: (name) => {
        daqs.removeOfExperiment(name);
        uploads.removeOfExperiment(name);
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
      repository: new WorkflowRepository(database),
      folder: this.#folder,
      changes,
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
    this.#prune = () => {
      if (resolved.historyMaxAgeDays === undefined) return;
      const before = nowSeconds() - resolved.historyMaxAgeDays * SECONDS_PER_DAY;
      database.transaction(() => {
        for (const repository of [jobs, daqs, uploads]) repository.prune(before);
      });
    };
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new DmError('DM_INVALID_OBJECT_STATE', `The engine is ${this.#state} already.`);
    this.#state = 'started';
    this.experiments.recover();
    await this.#folder?.start();
    await this.jobs.recover();
    await this.uploads.recover();
    this.daqs.recover();
    this.#prune();
    this.#pruneTimer = setInterval(this.#prune, PRUNE_PERIOD_MS);
    for (const health of this.health()) this.changes.tell('service', health);
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
    this.#writer.close();
    this.#database.close();
    this.#options.log.info({}, 'the engine is closed');
  }

  health(): readonly ServiceHealth[] {
    const connected = this.#state === 'started';
    const lastContactMs = connected ? Date.now() : null;
    const lastError = connected
      ? this.#writer.lastError
      : `The engine is ${this.#state === 'new' ? 'not started' : 'closed'}.`;
    return (['DS', 'DAQ', 'CAT', 'PROC'] as const).map((service) => ({ service, connected, lastContactMs, lastError }));
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
}

function makeRoot(root: string, workingDirectory: string): void {
  try {
    makeDirectory(workingDirectory);
  } catch (error) {
    const reason = errorText(error);
    throw new DmError('DM_CONFIGURATION', `The engine's root ${root} can't be made: ${reason}; name another one.`, {
      cause: error,
    });
  }
}

/** The embedded engine as the port. Call `start` before anything else. */
export function createLocalDataManagement(options: LocalOptions): DataManagement {
  return new LocalDataManagement(options);
}
