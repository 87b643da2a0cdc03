import type { Changes } from './change-feed.js';
import type { Query } from './matches-query.js';
import type { Dataset, FileMetadata } from './schemas/catalog.js';
import type { Experiment, NewExperiment } from './schemas/experiment.js';
import type { Job, JobArguments } from './schemas/job.js';
import type { DaqInfo, DaqOptions, UploadInfo, UploadOptions } from './schemas/transfer.js';
import type { Workflow } from './schemas/workflow.js';

/** Given to every call; an aborted call rejects with the signal's reason and changes nothing more. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** DM's services by the names of their environment variables: data storage, data acquisition, catalogue, processing. */
export const SERVICE_NAMES = ['DS', 'DAQ', 'CAT', 'PROC'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** What is known of one service. Times are milliseconds since the Unix epoch. */
export interface ServiceHealth {
  readonly service: ServiceName;
  readonly connected: boolean;
  readonly lastContactMs: number | null;
  /** The reason while not connected, or the last failure; null when there was none. */
  readonly lastError: string | null;
}

export interface Experiments {
  /** All experiments of the station, short or full form, newest first. */
  list(options?: CallOptions): Promise<Experiment[]>;
  /** @throws DmObjectNotFoundError */
  getByName(name: string, options?: CallOptions): Promise<Experiment>;
  /** @throws DmObjectNotFoundError */
  getById(id: number, options?: CallOptions): Promise<Experiment>;
  /** @throws DmObjectAlreadyExistsError, DmInvalidArgumentError */
  add(experiment: NewExperiment, options?: CallOptions): Promise<Experiment>;
  /** @throws DmInvalidObjectStateError while a DAQ or an upload of it is active */
  remove(name: string, options?: CallOptions): Promise<void>;
}

export interface DaqStopOptions extends CallOptions {
  /** Only this one, when the directory has others: one that is ending, and one that was started after it. */
  readonly id?: string;
}

export interface Daqs {
  /**
   * Watch a directory tree and store what appears. An active DAQ of the same experiment and directory is returned, not doubled.
   * @param dataDirectory absolute path as the DAQ's host sees it
   */
  start(
    experimentName: string,
    dataDirectory: string,
    daqOptions?: DaqOptions,
    options?: CallOptions,
  ): Promise<DaqInfo>;
  /**
   * Stop watching; files already seen are finished first (`finalizing`), then `done`. Returns at once. A second call gives up on files that
   * are still being written, where DM can.
   */
  stop(experimentName: string, dataDirectory: string, options?: DaqStopOptions): Promise<DaqInfo>;
  /** Every known DAQ, newest first. */
  list(options?: CallOptions): Promise<DaqInfo[]>;
  get(id: string, options?: CallOptions): Promise<DaqInfo>;
  /** Resolves when every file that was in the directory at the time of the call, and is the DAQ's to take, is stored. Rejects if the DAQ ends before. */
  sync(id: string, options?: CallOptions): Promise<DaqInfo>;
  /** Forget a DAQ that has ended. */
  clear(id: string, options?: CallOptions): Promise<void>;
}

export interface Uploads {
  /** Start a one-shot copy; resolves when DM has taken it. */
  start(
    experimentName: string,
    dataDirectory: string,
    uploadOptions?: UploadOptions,
    options?: CallOptions,
  ): Promise<UploadInfo>;
  stop(id: string, options?: CallOptions): Promise<UploadInfo>;
  list(options?: CallOptions): Promise<UploadInfo[]>;
  get(id: string, options?: CallOptions): Promise<UploadInfo>;
  clear(id: string, options?: CallOptions): Promise<void>;
}

/** One page of a list. */
export interface PageOptions extends CallOptions {
  readonly skip?: number;
  readonly limit?: number;
}

export interface Catalog {
  /** @param path relative to the experiment's data directory @throws DmObjectNotFoundError while it isn't stored */
  getFile(experimentName: string, path: string, options?: CallOptions): Promise<FileMetadata>;
  listFiles(experimentName: string, page?: PageOptions): Promise<FileMetadata[]>;
  /** Resolves as soon as the file is in the catalogue. Waits until the signal aborts. */
  waitForFile(experimentName: string, path: string, options?: CallOptions): Promise<FileMetadata>;
  /** @throws DmObjectAlreadyExistsError when the experiment has a dataset of that name */
  addDataset(dataset: Dataset, options?: CallOptions): Promise<Dataset>;
  getDataset(experimentName: string, datasetName: string, options?: CallOptions): Promise<Dataset>;
  listDatasets(experimentName: string, page?: PageOptions): Promise<Dataset[]>;
}

export interface Workflows {
  list(owner: string, options?: CallOptions): Promise<Workflow[]>;
  get(owner: string, name: string, options?: CallOptions): Promise<Workflow>;
  add(workflow: Workflow, options?: CallOptions): Promise<Workflow>;
  update(workflow: Workflow, options?: CallOptions): Promise<Workflow>;
  remove(owner: string, name: string, options?: CallOptions): Promise<void>;
}

/** One page of the jobs that match a query. */
export interface JobPageOptions extends PageOptions {
  readonly query?: Query;
}

export interface Jobs {
  /** Start a workflow; resolves when DM has taken the job (`pending`). Never repeated by a retry. */
  start(owner: string, workflowName: string, args: JobArguments, options?: CallOptions): Promise<Job>;
  /** All keys, with stages and child processes. */
  get(owner: string, id: string, options?: CallOptions): Promise<Job>;
  /** Newest first. The entries carry the default keys only (no stages). */
  list(owner: string, page?: JobPageOptions): Promise<Job[]>;
  /** Ask DM to abort; returns at once with `aborting` (or the terminal status when it had ended). */
  stop(owner: string, id: string, options?: CallOptions): Promise<Job>;
}

/** Says that somebody cares for an object, so that an adapter which must poll polls it. `dispose` ends the interest. */
export type Watch = Disposable;

/**
 * DM as the rest of the program sees it: one interface, an adapter for the embedded engine (`local`) and one for DM's web services (`rest`).
 * Every rejection is a `DmError` with a stable code.
 */
export interface DataManagement {
  readonly backend: 'local' | 'rest';
  readonly station: string;
  /** The user that owns the jobs which are started here. */
  readonly owner: string;
  readonly experiments: Experiments;
  readonly daqs: Daqs;
  readonly uploads: Uploads;
  readonly catalog: Catalog;
  readonly workflows: Workflows;
  readonly jobs: Jobs;
  /** What DM tells by itself. The local engine pushes; `rest` polls and then says the same. */
  readonly changes: Changes;
  /** Open files or sessions; the local engine recovers what a crash left. For `rest`, resolves even while the services are down. */
  start(): Promise<void>;
  /** Stop watching and polling. Jobs go on, also in the local engine; its DAQs and uploads go on at the next start. */
  close(): Promise<void>;
  health(): readonly ServiceHealth[];
  watchJob(owner: string, id: string): Watch;
  watchDaq(id: string): Watch;
  watchUpload(id: string): Watch;
}
