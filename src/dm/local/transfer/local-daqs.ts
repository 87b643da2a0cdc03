import { randomUUID } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { ChangeFeed } from '../../change-feed.js';
import { checked } from '../../checked.js';
import type { CallOptions, DaqStopOptions, Daqs } from '../../data-management.js';
import { errorText } from '../../error-text.js';
import { DmInvalidObjectStateError, DmObjectNotFoundError } from '../../errors.js';
import type { Job } from '../../schemas/job.js';
import { isTerminalStatus } from '../../schemas/status.js';
import { daqOptionsSchema, type DaqInfo, type DaqOptions, type UploadOptions } from '../../schemas/transfer.js';
import { overlap } from '../../directories.js';
import { watchedForAnother } from '../../watched-for-another.js';
import { call } from '../call.js';
import { nowSeconds, timestampText } from '../dm-time.js';
import type { LocalExperiments, StoredExperiment } from '../experiments/local-experiments.js';
import { Daq } from './daq.js';
import type { DaqContext } from './daq-context.js';
import { FailedJobs } from './failed-jobs.js';
import { FileJobs, type JobSubmitter } from './file-jobs.js';
import { interrupted } from './interrupted.js';
import { sourceDirectory } from './source-directory.js';
import { selectionOf } from '../tree/file-selection.js';
import { checkDestination, storeTarget } from './store-target.js';

export interface LocalDaqsContext extends Omit<DaqContext, 'onChange' | 'onEnd'> {
  readonly experiments: LocalExperiments;
  readonly submitter: JobSubmitter;
  readonly station: string;
  readonly owner: string;
  /** Real path of the engine's root. */
  readonly storageRoot: string;
  readonly changes: ChangeFeed;
  readonly upload: (experimentName: string, dataDirectory: string, options: UploadOptions) => Promise<unknown>;
}

interface Start {
  readonly experimentName: string;
  readonly source: string;
  readonly started: Promise<DaqInfo>;
}

export class LocalDaqs implements Daqs {
  readonly #context: LocalDaqsContext;
  readonly #active = new Map<string, Daq>();
  /** Starts under way, so that two at once give one DAQ. */
  readonly #starting = new Map<string, Start>();
  readonly #failedJobs: FailedJobs<DaqInfo>;
  #closed = false;

  constructor(context: LocalDaqsContext) {
    this.#context = context;
    this.#failedJobs = new FailedJobs({
      ...context,
      active: (id) => this.#active.get(id),
      onChange: (info) => {
        context.changes.tell('daq', info);
      },
    });
  }

  async start(
    experimentName: string,
    dataDirectory: string,
    daqOptions: DaqOptions = {},
    { signal }: CallOptions = {},
  ): Promise<DaqInfo> {
    const given = checked('DAQ option', daqOptionsSchema, daqOptions);
    const experiment = this.#context.experiments.find(experimentName);
    // A pattern that can't work is refused now, not when the first file is seen.
    selectionOf(given);
    const inPlace = given.skipTransfer === true;
    const source = await sourceDirectory(dataDirectory, this.#context.storageRoot, inPlace);
    signal?.throwIfAborted();
    const running = this.#running(experimentName, dataDirectory, source);
    if (running !== undefined) return running.info;
    this.#context.experiments.find(experimentName);
    this.#refuseSecondExperiment(experimentName, source);
    const key = `${experimentName}\0${source}`;
    const starting = this.#starting.get(key) ?? {
      experimentName,
      source,
      started: this.#start(experiment, dataDirectory, source, given).finally(() => this.#starting.delete(key)),
    };
    this.#starting.set(key, starting);
    return await starting.started;
  }

  /** By the directory's path as it was given at the start, or else by its real path. */
  stop(experimentName: string, dataDirectory: string, options?: DaqStopOptions): Promise<DaqInfo> {
    return call(options, async () => {
      this.#context.experiments.find(experimentName);
      const real = await realpath(dataDirectory).catch(() => resolve(dataDirectory));
      const candidates = [...this.#active.values()]
        .filter(({ info }) => info.experimentName === experimentName && !isTerminalStatus(info.status))
        .filter(({ info }) => options?.id === undefined || info.id === options.id)
        .sort((a, b) => Number(a.info.status !== 'running') - Number(b.info.status !== 'running'));
      const daq =
        candidates.find(({ info }) => info.dataDirectory === dataDirectory) ??
        candidates.find(({ sourceRoot }) => sourceRoot === real);
      if (daq === undefined) {
        throw new DmObjectNotFoundError(`Experiment ${experimentName} has no active DAQ of ${dataDirectory}.`);
      }
      return daq.stop();
    });
  }

  list(options?: CallOptions): Promise<DaqInfo[]> {
    return call(options, async () => {
      const infos = await this.#context.repository.infos();
      return infos.map((info) => this.#active.get(info.id)?.info ?? info);
    });
  }

  get(id: string, options?: CallOptions): Promise<DaqInfo> {
    return call(options, async () => this.#active.get(id)?.info ?? (await this.#find(id)));
  }

  async sync(id: string, { signal }: CallOptions = {}): Promise<DaqInfo> {
    const daq = this.#active.get(id);
    if (daq === undefined || isTerminalStatus(daq.info.status)) {
      throw new DmInvalidObjectStateError(`DAQ ${id} has ended (${(await this.#find(id)).status}); start one first.`);
    }
    return await daq.sync(signal);
  }

  clear(id: string, options?: CallOptions): Promise<void> {
    return call(options, async () => {
      if (!isTerminalStatus((await this.#find(id)).status) || this.#active.has(id)) {
        throw new DmInvalidObjectStateError(`DAQ ${id} is active; stop it first.`);
      }
      await this.#context.repository.remove(id);
    });
  }

  /** The id of an active DAQ of the experiment. */
  activeOf(experimentName: string): string | undefined {
    const daq = [...this.#active.values()].find(
      ({ info }) => info.experimentName === experimentName && !isTerminalStatus(info.status),
    );
    if (daq !== undefined) return `DAQ ${daq.info.id}`;
    const isStarting = [...this.#starting.values()].some((start) => start.experimentName === experimentName);
    return isStarting ? 'DAQ that is starting' : undefined;
  }

  /** Count a failed job if a DAQ started it. */
  noteFailedJob(job: Job): void {
    if (typeof job['daqId'] === 'string') this.#failedJobs.note(job['daqId'], job);
  }

  /** Go on with the DAQs that were active when the engine ended, in whatever way. */
  async recover(): Promise<void> {
    for (const { seq, info, options: stored } of await this.#context.repository.active()) {
      try {
        const experiment = this.#context.experiments.find(info.experimentName);
        // It needn't be there: it may come back, a network file system for one. Until then the DAQ shows that it is missing.
        const { sourceRoot = info.dataDirectory, ...options } = stored;
        const target = storeTarget(experiment, options, sourceRoot);
        const { submitter, owner } = this.#context;
        const jobs = new FileJobs(submitter, target, options, owner, { daqId: info.id });
        const daq = new Daq(this.#daqContext(), { seq, info: interrupted(info), options, target, jobs });
        this.#active.set(info.id, daq);
        await daq.restore();
        daq.begin();
      } catch (error) {
        const endTime = nowSeconds();
        const errorMessage = `The DAQ could not go on after a restart: ${errorText(error)}`;
        const failed = { ...info, status: 'failed', endTime, endTimestamp: timestampText(endTime), errorMessage };
        await this.#context.repository.update(failed, false);
        this.#context.changes.tell('daq', failed);
      }
    }
  }

  close(): void {
    this.#closed = true;
    for (const daq of this.#active.values()) daq.close();
    this.#active.clear();
  }

  async #start(
    experiment: StoredExperiment,
    dataDirectory: string,
    source: string,
    options: DaqOptions,
  ): Promise<DaqInfo> {
    const { repository, submitter, station, owner } = this.#context;
    const id = randomUUID();
    const target = storeTarget(experiment, options, source);
    await checkDestination(target);
    const jobs = new FileJobs(submitter, target, options, owner, { daqId: id });
    const startTime = nowSeconds();
    const info: DaqInfo = {
      ...options,
      id,
      experimentName: experiment.record.name,
      experimentStationName: station,
      dataDirectory,
      storageDirectory: experiment.directories[target.area],
      storageHost: hostname(),
      storageUrl: `file://${hostname()}${experiment.directories.storage}`,
      workflowJobOwner: options.workflowJobOwner ?? owner,
      status: 'running',
      countFiles: 0,
      nProcessedFiles: 0,
      nProcessingErrors: 0,
      startTime,
      startTimestamp: timestampText(startTime),
    };
    const seq = await repository.insert(info, { ...options, sourceRoot: source });
    const daq = new Daq(this.#daqContext(), { seq, info, options, target, jobs });
    try {
      await daq.snapshot();
    } catch (error) {
      await repository.remove(info.id);
      throw error;
    }
    // It begins at the next start of an engine that is closed meanwhile.
    if (this.#closed) return info;
    this.#active.set(info.id, daq);
    daq.begin();
    return daq.info;
  }

  #daqContext(): DaqContext {
    return {
      ...this.#context,
      onChange: (info) => {
        this.#context.changes.tell('daq', info);
      },
      onEnd: (info, options) => {
        this.#context.writer.whenWritten(info.id, () => this.#active.delete(info.id));
        this.#uploadOnExit(info, options);
      },
    };
  }

  #uploadOnExit({ id, experimentName, dataDirectory }: DaqInfo, options: DaqOptions): void {
    if (options.uploadDataDirectoryOnExit !== true) return;
    const destDirectory = options.uploadDestDirectoryOnExit ?? options.destDirectory;
    const uploadOptions: UploadOptions = { ...options, ...(destDirectory !== undefined && { destDirectory }) };
    this.#context.upload(experimentName, dataDirectory, uploadOptions).catch((error: unknown) => {
      this.#context.log.error({ daq: id, error }, 'the upload at the end of a DAQ could not start');
    });
  }

  /** @throws DmInvalidObjectStateError when the path has come to lead to another directory than the one that is watched */
  #running(experimentName: string, dataDirectory: string, source: string): Daq | undefined {
    const running = [...this.#active.values()].filter(
      ({ info }) => info.status === 'running' && info.experimentName === experimentName,
    );
    const same = running.find(({ sourceRoot }) => sourceRoot === source);
    const moved = running.find(({ info }) => info.dataDirectory === dataDirectory);
    if (same === undefined && moved !== undefined) {
      throw new DmInvalidObjectStateError(
        `DAQ ${moved.info.id} of ${dataDirectory} watches ${moved.sourceRoot}, where the path led when it started; stop it first.`,
      );
    }
    return same;
  }

  /** @throws DmInvalidObjectStateError while files of the tree go to another experiment: they would be in both */
  #refuseSecondExperiment(experimentName: string, source: string): void {
    const running = [...this.#active.values()]
      .filter(({ info }) => info.status === 'running')
      .map(({ info, sourceRoot }) => ({ experimentName: info.experimentName, source: sourceRoot }));
    const other = [...running, ...this.#starting.values()].find(
      (one) => one.experimentName !== experimentName && overlap(one.source, source),
    );
    if (other !== undefined) throw watchedForAnother(other.experimentName, other.source);
  }

  async #find(id: string): Promise<DaqInfo> {
    const record = await this.#context.repository.get(id);
    if (record === undefined) throw new DmObjectNotFoundError(`DAQ ${id} does not exist.`);
    return record.info;
  }
}
