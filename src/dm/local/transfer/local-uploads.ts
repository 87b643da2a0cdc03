import { randomUUID } from 'node:crypto';
import { lstat, realpath } from 'node:fs/promises';
import { hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ChangeFeed } from '../../change-feed.js';
import { checked } from '../../checked.js';
import type { CallOptions, Uploads } from '../../data-management.js';
import { errorText } from '../../error-text.js';
import { DmInvalidArgumentError, DmInvalidObjectStateError, DmObjectNotFoundError } from '../../errors.js';
import type { Job } from '../../schemas/job.js';
import { isTerminalStatus } from '../../schemas/status.js';
import { uploadOptionsSchema, type UploadInfo, type UploadOptions } from '../../schemas/transfer.js';
import { isWithin } from '../../directories.js';
import { fileWithin } from '../../file-within.js';
import { call } from '../call.js';
import { nowSeconds, timestampText } from '../dm-time.js';
import type { LocalExperiments } from '../experiments/local-experiments.js';
import { FailedJobs } from './failed-jobs.js';
import { FileJobs, type JobSubmitter } from './file-jobs.js';
import { interrupted } from './interrupted.js';
import { sourceDirectory } from './source-directory.js';
import { selectionOf } from '../tree/file-selection.js';
import { checkDestination, storeTarget } from './store-target.js';
import { Upload, type UploadContext } from './upload.js';

export interface LocalUploadsContext extends Omit<UploadContext, 'onChange'> {
  readonly experiments: LocalExperiments;
  readonly submitter: JobSubmitter;
  readonly station: string;
  readonly owner: string;
  /** Real path of the engine's root. */
  readonly storageRoot: string;
  readonly changes: ChangeFeed;
}

export class LocalUploads implements Uploads {
  readonly #context: LocalUploadsContext;
  readonly #active = new Map<string, { upload: Upload; running: Promise<void> }>();
  readonly #failedJobs: FailedJobs<UploadInfo>;
  #closed = false;

  constructor(context: LocalUploadsContext) {
    this.#context = context;
    this.#failedJobs = new FailedJobs({
      ...context,
      active: (id) => this.#active.get(id)?.upload,
      onChange: (info) => {
        context.changes.tell('upload', info);
      },
    });
  }

  async start(
    experimentName: string,
    dataDirectory: string,
    uploadOptions: UploadOptions = {},
    { signal }: CallOptions = {},
  ): Promise<UploadInfo> {
    const given = checked('Upload option', uploadOptionsSchema, uploadOptions);
    const { experiments, station, owner, repository } = this.#context;
    const experiment = experiments.find(experimentName);
    const source = await sourceDirectory(dataDirectory, this.#context.storageRoot, given.skipTransfer === true);
    const options = await this.#normalised(given, dataDirectory, source);
    const target = storeTarget(experiment, options, source);
    await checkDestination(target);
    // A pattern that can't work is refused now, not when the upload begins.
    selectionOf(options);
    const id = randomUUID();
    const jobs = new FileJobs(this.#context.submitter, target, options, owner, { uploadId: id });
    signal?.throwIfAborted();
    // It may have been removed meanwhile.
    experiments.find(experimentName);
    const submissionTime = nowSeconds();
    const info: UploadInfo = {
      ...options,
      id,
      experimentName,
      experimentStationName: station,
      dataDirectory,
      storageDirectory: experiment.directories[target.area],
      storageHost: hostname(),
      storageUrl: `file://${hostname()}${experiment.directories.storage}`,
      workflowJobOwner: options.workflowJobOwner ?? owner,
      processingMode: options.processingMode ?? 'files',
      status: 'pending',
      countFiles: 0,
      nProcessedFiles: 0,
      nProcessingErrors: 0,
      submissionTime,
      startTime: submissionTime,
      startTimestamp: timestampText(submissionTime),
    };
    await repository.insert(info, options);
    // It begins at the next start of an engine that is closed meanwhile.
    if (this.#closed) return info;
    this.#run(new Upload(this.#uploadContext(), { info, options, target, jobs }));
    return info;
  }

  stop(id: string, options?: CallOptions): Promise<UploadInfo> {
    return call(options, async () => this.#active.get(id)?.upload.stop() ?? (await this.#find(id)));
  }

  list(options?: CallOptions): Promise<UploadInfo[]> {
    return call(options, async () => {
      const infos = await this.#context.repository.infos();
      return infos.map((info) => this.#active.get(info.id)?.upload.info ?? info);
    });
  }

  get(id: string, options?: CallOptions): Promise<UploadInfo> {
    return call(options, async () => this.#active.get(id)?.upload.info ?? (await this.#find(id)));
  }

  clear(id: string, options?: CallOptions): Promise<void> {
    return call(options, async () => {
      if (this.#active.has(id) || !isTerminalStatus((await this.#find(id)).status)) {
        throw new DmInvalidObjectStateError(`Upload ${id} is active; stop it first.`);
      }
      await this.#context.repository.remove(id);
    });
  }

  activeOf(experimentName: string): string | undefined {
    const active = [...this.#active.values()].find(
      ({ upload: { info } }) => info.experimentName === experimentName && !isTerminalStatus(info.status),
    );
    return active === undefined ? undefined : `upload ${active.upload.info.id}`;
  }

  /** Count a failed job if an upload started it. */
  noteFailedJob(job: Job): void {
    if (typeof job['uploadId'] === 'string') this.#failedJobs.note(job['uploadId'], job);
  }

  /** Go on with the uploads that were under way when the engine ended; files that are stored already are skipped. */
  async recover(): Promise<void> {
    const { repository, experiments, storageRoot, submitter, owner } = this.#context;
    const records = await repository.active();
    for (const { info, options } of records.filter(({ info: { id } }) => !this.#active.has(id))) {
      try {
        if (info.status === 'aborting') throw new Error('it was being stopped');
        const source = await sourceDirectory(info.dataDirectory, storageRoot, options.skipTransfer === true);
        const target = storeTarget(experiments.find(info.experimentName), options, source);
        const jobs = new FileJobs(submitter, target, options, owner, { uploadId: info.id });
        this.#run(new Upload(this.#uploadContext(), { info: interrupted(info), options, target, jobs }));
      } catch (error) {
        const endTime = nowSeconds();
        const failed = {
          ...info,
          status: info.status === 'aborting' ? 'aborted' : 'failed',
          endTime,
          endTimestamp: timestampText(endTime),
          errorMessage: `The upload did not go on after a restart: ${errorText(error)}`,
        };
        await repository.update(failed, false);
        this.#context.changes.tell('upload', failed);
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const active = [...this.#active.values()];
    for (const { upload } of active) upload.close();
    await Promise.all(active.map(({ running }) => running));
  }

  #run(upload: Upload): void {
    const { id } = upload.info;
    // The caller learns the id before the first event tells of it.
    const running = setImmediate()
      .then(() => upload.run())
      .finally(() => {
        this.#context.writer.whenWritten(id, () => this.#active.delete(id));
      });
    this.#active.set(id, { upload, running });
  }

  /** @throws DmInvalidArgumentError, DmObjectNotFoundError for an experimentFilePath that can't be taken */
  async #normalised(options: UploadOptions, dataDirectory: string, source: string): Promise<UploadOptions> {
    if (options.experimentFilePath === undefined) return options;
    const names = [dataDirectory, source] as const;
    const given = options.experimentFilePath;
    // A detector may know the directory by another of its paths.
    const isElsewhere = isAbsolute(given) && !names.some((name) => isWithin(given, name));
    const real = isElsewhere ? await realpath(given).catch(() => given) : given;
    const experimentFilePath = fileWithin(real, names);
    const path = join(source, experimentFilePath);
    const status = await lstat(path).catch(() => undefined);
    if (status === undefined) throw new DmObjectNotFoundError(`File ${path} does not exist.`);
    if (!status.isFile())
      throw new DmInvalidArgumentError(`${path} is not a regular file (symbolic links are not followed).`);
    return { ...options, experimentFilePath };
  }

  #uploadContext(): UploadContext {
    return {
      ...this.#context,
      onChange: (info) => {
        this.#context.changes.tell('upload', info);
      },
    };
  }

  async #find(id: string): Promise<UploadInfo> {
    const record = await this.#context.repository.get(id);
    if (record === undefined) throw new DmObjectNotFoundError(`Upload ${id} does not exist.`);
    return record.info;
  }
}
